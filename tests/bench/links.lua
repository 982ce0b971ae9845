-- SPDX-License-Identifier: MIT
--
-- wrk script: every request is GET /links/{id} with the next id of a list, over and over.
--
--     wrk -t1 -cN -d1s -s links.lua URL -- IDS BEARER
--
-- IDS is a file with an id a line, in the order of the requests. done() prints one line of
-- name=value pairs, as exchange.lua does.

local threads = {}

function setup(thread)
   threads[#threads + 1] = thread
end

function init(args)
   local bearer = assert(args[2], "links.lua: no bearer")

   ids = {}
   for id in io.lines(assert(args[1], "links.lua: no file of ids")) do
      ids[#ids + 1] = id
   end
   taken = 0
   tail = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
      .. "Authorization: Bearer " .. bearer .. "\r\n\r\n"
end

function request()
   taken = taken + 1
   return "GET /links/" .. ids[(taken - 1) % #ids + 1] .. tail
end

function done(summary, latency, requests)
   local errors = summary.errors

   assert(#threads == 1, "links.lua: run wrk with -t1")
   io.write(string.format(
      "exchange requests=%d duration_us=%d bytes=%d connect=%d read=%d write=%d status=%d"
         .. " timeout=%d p50=%d p90=%d p99=%d p999=%d next_offset=0\n",
      summary.requests, summary.duration, summary.bytes, errors.connect, errors.read, errors.write,
      errors.status, errors.timeout, latency:percentile(50), latency:percentile(90),
      latency:percentile(99), latency:percentile(99.9)))
end
