/* The one rule for e-mail addresses: of people on a roster, of accounts, of the sender of a mail. */
#ifndef READINESS_BASE_ADDRESS_H
#define READINESS_BASE_ADDRESS_H

#include <stdbool.h>

enum { ADDRESS_MAX = 254, ADDRESS_LOCAL_MAX = 64, ADDRESS_LABEL_MAX = 63 };

/* Is this an address that every mail server takes: words joined by single points, @, and a domain of at least two
 * labels, all in ASCII, within the lengths of RFC 5321 (254 in all, 64 before the @, 63 for a label)?
 *
 * So that nothing but an address ever stands in the head of a mail or the command to a server, there are no blanks, no
 * control characters, no commas, brackets or quotes. Quoted names, addresses of machines in brackets and comments are
 * refused although the standard has them: on a roster they are slips. Addresses with accents (SMTPUTF8) are refused,
 * because many servers cannot take them; a domain with accents is written in its ASCII form, xn--... */
bool address_good(const char *address);

#endif
