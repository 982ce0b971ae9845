/* SPDX-License-Identifier: MIT */
#include "api/views.h"

#include "json/build.h"

json_t *mk_time_view(int64_t moment, enum mk_time_style style)
{
    char time[MK_TIME_SIZE];

    if (moment == MK_NEVER)
        return json_null();
    mk_time_write(time, moment, style);
    return json_string(time);
}

json_t *mk_institution_view(const struct mk_institution *institution)
{
    return json_pack("{s:s, s:O, s:s, s:s, s:s, s:s, s:s, s:b}", "institution_id", institution->id,
                     "institution_id_aliases", institution->aliases, "name", institution->name,
                     "country", mk_country_names[institution->country], "domain",
                     institution->domain, "color", institution->color, "color_dark",
                     institution->color_dark, "is_featured", institution->featured);
}
