/*
 * The head of an HTTP/1.1 request (RFC 9112), read strictly: what two readers could understand differently is refused.
 */
#ifndef KAKURI_HTTP_H
#define KAKURI_HTTP_H

#include <stddef.h>

#define HTTP_HEAD_MOST 8192  /* bytes of request line and fields together: 431 */
#define HTTP_TARGET_MOST 255 /* bytes of a target: 414 */
#define HTTP_METHOD_MOST 15  /* bytes of a method: 501 */
#define HTTP_BODY_MOST 65536 /* bytes of a body: 413 */

struct http_request {
    char method[HTTP_METHOD_MOST + 1];
    char target[HTTP_TARGET_MOST + 1];
    size_t body;          /* bytes that follow the head */
    int has_length;       /* whether the request says so itself */
    int keep_alive;       /* whether the client wants another request on this connection */
    int expects_continue; /* whether it waits for "100 Continue" before it sends the body */
};

/*
 * Reads a head from the start of the bytes. Returns the length of the head; 0 if more bytes are needed; or minus the status code
 * to answer with, after which the connection cannot be used: where the next request begins is not known.
 *
 *   400  malformed; no or two hosts; contradicting lengths; bare LF; folded or nameless fields; control characters
 *   411  a body without Content-Length: this server reads no transfer encoding
 *   413  a body above HTTP_BODY_MOST        414  a target above HTTP_TARGET_MOST
 *   417  an expectation other than 100-continue
 *   431  a head above HTTP_HEAD_MOST        501  a method above HTTP_METHOD_MOST        505  not HTTP/1.0 or 1.1
 */
int http_head(const char *bytes, size_t length, struct http_request *request);

/* "404 Not Found" and so on; 500 for a code that this server does not use. */
const char *http_status(int code);

#endif
