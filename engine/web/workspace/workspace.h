/* The workspace's pages: one page is one file; a handler of the route table is named after its file. Every handler is
 * called by gate.c, as workspace/desk.h says. */
#ifndef READINESS_WEB_WORKSPACE_H
#define READINESS_WEB_WORKSPACE_H

#include "web/workspace/desk.h"

/* health.c: for monitors. The one page of the workspace that anyone may ask, on the event loop. */
void health_serve(struct request *r);

/* sign_in.c: password, then the second factor; proving anew who one is (again.c); leaving. */
void sign_in_show(struct desk *d);
void sign_in_handle(struct desk *d);
void again_show(struct desk *d);
void again_handle(struct desk *d);
void sign_out_handle(struct desk *d);

/* welcome.c: the link that sets a password. */
void welcome_show(struct desk *d);
void welcome_handle(struct desk *d);

/* account.c: one's own name, language and time zone; account_password.c; account_totp.c. */
void account_show(struct desk *d);
void account_handle(struct desk *d);
void sessions_handle(struct desk *d);
void password_show(struct desk *d);
void password_handle(struct desk *d);
void totp_show(struct desk *d);
void totp_handle(struct desk *d);
void totp_handle_off(struct desk *d);
void recovery_handle(struct desk *d);
/* account_tokens.c: for other programs. */
void tokens_show(struct desk *d);
void tokens_handle(struct desk *d);
void tokens_handle_revoke(struct desk *d);

/* accounts.c: everybody's accounts, for administrators. */
void accounts_show(struct desk *d);
void accounts_handle(struct desk *d);
void accounts_show_one(struct desk *d);
void accounts_handle_one(struct desk *d);
void accounts_handle_reset(struct desk *d);

/* audit_page.c */
void audit_show(struct desk *d);

#endif
