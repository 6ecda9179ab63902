/*
 * An HTTP/1.1 server on poll, one thread: up to 16 clients at a time, requests of each in turn (pipelining), strict limits. It
 * names no date, as a trusted application has no clock it could vouch for.
 *
 * A client has 10 s for a whole request, else 408; a connection that says nothing is closed after 30 s; one that was refused is
 * read on for 2 s, so that the answer reaches a client that is still sending.
 */
#ifndef KAKURI_SERVER_H
#define KAKURI_SERVER_H

#include <stddef.h>

#include "http.h"

#define HTTP_ANSWER_MOST 512

struct http_answer {
    int status;
    const char *type;  /* media type; NULL: text that repeats the status */
    const char *allow; /* methods, for 405 */
    size_t length;
    char body[HTTP_ANSWER_MOST];
};

/* Answers a request that was read whole. */
typedef void (*http_handler)(const struct http_request *request, const void *body, struct http_answer *to);

/* Serves clients of a non-blocking listening socket; returns -1 and errno if it cannot any more. */
int serve(int listener, http_handler handler);

/* Serves the one client at the other end of two descriptors, until it goes; -1 and errno if poll fails. */
int serve_one(int in, int out, http_handler handler);

#endif
