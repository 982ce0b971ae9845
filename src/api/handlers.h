/* SPDX-License-Identifier: MIT */
/*
 * The handlers and field tables that the route table names, by the file that holds them.
 */
#ifndef MK_API_HANDLERS_H
#define MK_API_HANDLERS_H

#include "api/routes.h"

/* auth.c */
mk_handler mk_create_access_token;
mk_handler mk_introspect_client;
extern const struct mk_shape mk_token_form;

/* institutions.c */
mk_handler mk_get_institutions;
mk_handler mk_get_institution;
extern const struct mk_shape mk_institutions_query;

/* link_session.c */
mk_handler mk_create_link_session;
mk_handler mk_exchange_token;

/* link_session_fields.c */
extern const struct mk_shape mk_link_session_body;
extern const struct mk_shape mk_exchange_body;

/* links.c */
mk_handler mk_get_links;
mk_handler mk_get_link;
mk_handler mk_update_link;
mk_handler mk_delete_link;
extern const struct mk_shape mk_links_query;
extern const struct mk_shape mk_link_update_body;

/* fields.c: rows that several tables share */
#define MK_TAGS_MAX 100 /* tags of a link; ours */
extern const struct mk_field mk_tag_field;

/* pages.c */
mk_handler mk_get_front_page;
mk_handler mk_get_openapi;
mk_handler mk_get_livez;
mk_handler mk_get_readyz;
mk_handler mk_get_avatar;

/* control/connect.c */
mk_handler mk_sandbox_connect;
extern const struct mk_shape mk_sandbox_connect_body;

#endif
