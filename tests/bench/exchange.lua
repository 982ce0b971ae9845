-- SPDX-License-Identifier: MIT
--
-- wrk script: every request is POST /link-session/exchange-token with a token nobody used before.
--
--     wrk -t1 -cN -d1s -s exchange.lua URL -- TOKENS OFFSET BEARER
--
-- TOKENS is a file of 37-byte lines (36 characters and a newline) read from byte OFFSET on, or a
-- pipe. One thread only: two would take the same tokens. Running out of tokens ends wrk with
-- status 3. done() prints one line of name=value pairs; next_offset is where the next run goes on.

local LINE = 37
local CHUNK = LINE * 64

local threads = {}

function setup(thread)
   threads[#threads + 1] = thread
end

function init(args)
   path = assert(args[1], "exchange.lua: no token file")
   offset = tonumber(args[2])
   local bearer = assert(args[3], "exchange.lua: no bearer")

   file = assert(io.open(path, "rb"))
   if offset > 0 then
      assert(file:seek("set", offset))
   end
   chunk = ""
   position = 1
   taken = 0

   local opening = '{"exchangeable_token":"'
   local closing = '"}'
   head = "POST /link-session/exchange-token HTTP/1.1\r\n"
      .. "Host: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
      .. "Authorization: Bearer " .. bearer .. "\r\n"
      .. "moneykit-version: 2023-02-18\r\n"
      .. "Content-Type: application/json\r\n"
      .. "Content-Length: " .. (#opening + LINE - 1 + #closing) .. "\r\n\r\n"
      .. opening
   tail = closing
end

local function refill()
   chunk = file:read(CHUNK)
   if not chunk or #chunk < LINE then
      io.stderr:write("exchange.lua: out of tokens after ", taken, "\n")
      os.exit(3)
   end
   position = 1
end

function request()
   if position > #chunk then
      refill()
   end
   local token = chunk:sub(position, position + LINE - 2)
   position = position + LINE
   taken = taken + 1
   return head .. token .. tail
end

function done(summary, latency, requests)
   local thread = threads[1]
   local errors = summary.errors

   assert(#threads == 1, "exchange.lua: run wrk with -t1")
   io.write(string.format(
      "exchange requests=%d duration_us=%d bytes=%d connect=%d read=%d write=%d status=%d"
         .. " timeout=%d p50=%d p90=%d p99=%d p999=%d next_offset=%d\n",
      summary.requests, summary.duration, summary.bytes, errors.connect, errors.read, errors.write,
      errors.status, errors.timeout, latency:percentile(50), latency:percentile(90),
      latency:percentile(99), latency:percentile(99.9),
      thread:get("offset") + LINE * thread:get("taken")))
end
