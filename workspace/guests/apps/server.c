#include "server.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 16
#define REQUEST_MS 10000
#define IDLE_MS 30000
#define LINGER_MS 2000

enum state { FREE, READING, LINGERING };

struct client {
    enum state state;
    int in, out, is_socket;
    int64_t until;     /* ms */
    int close_after;   /* what is to be sent is the last */
    int continued;     /* "100 Continue" was sent for this request */
    size_t have;       /* bytes received and not used */
    size_t sent, send; /* bytes of the answer that are out, and all */
    char received[HTTP_HEAD_MOST + HTTP_BODY_MOST];
    char answer[HTTP_ANSWER_MOST + 512];
};

static struct client clients[CLIENTS];

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void begin(struct client *c, int in, int out, int is_socket) {
    c->state = READING;
    c->in = in;
    c->out = out;
    c->is_socket = is_socket;
    c->until = now_ms() + IDLE_MS;
    c->close_after = c->continued = 0;
    c->have = c->sent = c->send = 0;
}

static void end(struct client *c) {
    close(c->in);
    if (c->out != c->in)
        close(c->out);
    c->state = FREE;
}

/* The answer was the last: tells the client, and reads on for a while what it still sends. */
static void linger(struct client *c) {
    if (c->is_socket)
        shutdown(c->out, SHUT_WR);
    c->state = LINGERING;
    c->until = now_ms() + LINGER_MS;
}

static void compose(struct client *c, const struct http_answer *answer, int with_body) {
    const char *status = http_status(answer->status);
    size_t length = answer->type ? answer->length : strlen(status) + 1;
    int n = snprintf(c->answer, sizeof c->answer,
                     "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: %s\r\n%s%s%s\r\n", status,
                     answer->type ? answer->type : "text/plain", length, c->close_after ? "close" : "keep-alive",
                     answer->allow ? "Allow: " : "", answer->allow ? answer->allow : "", answer->allow ? "\r\n" : "");
    c->sent = 0;
    c->send = (size_t)n;
    if (with_body && answer->type) {
        memcpy(c->answer + n, answer->body, length);
        c->send += length;
    } else if (with_body) {
        c->send += (size_t)snprintf(c->answer + n, sizeof c->answer - (size_t)n, "%s\n", status);
    }
}

static void refuse(struct client *c, int status) {
    struct http_answer answer = {.status = status};
    c->close_after = 1;
    c->have = 0;
    compose(c, &answer, 1);
}

/* Answers the next request if it is there whole, and only when the last answer is out: a client that reads nothing gets no more. */
static void advance(struct client *c, http_handler handler) {
    struct http_request request;
    struct http_answer answer = {.status = 500};
    int head = c->have ? http_head(c->received, c->have, &request) : 0;
    if (head < 0) {
        refuse(c, -head);
        return;
    }
    if (head == 0)
        return;
    size_t whole = (size_t)head + request.body;
    if (c->have < whole) {
        if (request.expects_continue && !c->continued && c->have == (size_t)head) {
            static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
            memcpy(c->answer, go_on, sizeof go_on - 1);
            c->sent = 0;
            c->send = sizeof go_on - 1;
            c->continued = 1;
        }
        return;
    }
    handler(&request, c->received + head, &answer);
    c->close_after = !request.keep_alive;
    compose(c, &answer, strcmp(request.method, "HEAD") != 0);
    memmove(c->received, c->received + whole, c->have - whole);
    c->have -= whole;
    c->continued = 0;
    c->until = now_ms() + REQUEST_MS;
}

static void send_more(struct client *c) {
    ssize_t n = c->is_socket ? send(c->out, c->answer + c->sent, c->send - c->sent, MSG_NOSIGNAL)
                             : write(c->out, c->answer + c->sent, c->send - c->sent);
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
        end(c);
        return;
    }
    c->sent += n > 0 ? (size_t)n : 0;
    if (c->sent == c->send) {
        c->sent = c->send = 0;
        if (c->close_after)
            linger(c);
        else if (c->have == 0)
            c->until = now_ms() + IDLE_MS;
    }
}

static void receive(struct client *c) {
    size_t room = c->state == LINGERING ? sizeof c->received : sizeof c->received - c->have;
    ssize_t n = read(c->in, c->received + (c->state == LINGERING ? 0 : c->have), room);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        end(c);
        return;
    }
    if (c->state == LINGERING)
        return;
    if (c->have == 0)
        c->until = now_ms() + REQUEST_MS;
    c->have += (size_t)n;
}

/* Does what can be done without waiting. */
static void step(struct client *c, http_handler handler) {
    while (c->state == READING && c->send == 0) {
        advance(c, handler);
        if (c->send == 0)
            return;
        send_more(c);
        if (c->state == READING && c->send != 0)
            return;
    }
}

static void expire(struct client *c) {
    if (c->state == READING && c->send == 0 && c->have > 0) {
        refuse(c, 408);
        c->until = now_ms() + LINGER_MS;
        send_more(c);
    } else {
        end(c);
    }
}

static struct client *unused(void) {
    for (int i = 0; i < CLIENTS; i++)
        if (clients[i].state == FREE)
            return &clients[i];
    return NULL;
}

static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd >= 0)
        begin(unused(), fd, fd, 1);
}

/* Until the listener fails, or without one until no client is left. */
static int loop(int listener, http_handler handler) {
    struct pollfd entries[CLIENTS + 1];
    struct client *of[CLIENTS + 1];
    for (;;) {
        int count = 0;
        int64_t now = now_ms(), wait = INT32_MAX;
        if (listener >= 0 && unused()) {
            of[count] = NULL;
            entries[count++] = (struct pollfd){.fd = listener, .events = POLLIN};
        }
        for (int i = 0; i < CLIENTS; i++) {
            struct client *c = &clients[i];
            if (c->state == FREE)
                continue;
            of[count] = c;
            entries[count++] = c->send ? (struct pollfd){.fd = c->out, .events = POLLOUT}
                                       : (struct pollfd){.fd = c->in, .events = POLLIN};
            if (c->until - now < wait)
                wait = c->until > now ? c->until - now : 0;
        }
        if (count == 0)
            return 0;
        if (poll(entries, (nfds_t)count, wait == INT32_MAX ? -1 : (int)wait) < 0 && errno != EINTR)
            return -1;
        now = now_ms();
        for (int i = 0; i < count; i++) {
            struct client *c = of[i];
            int ready = entries[i].revents;
            if (!c) {
                if (ready & (POLLERR | POLLNVAL))
                    return -1;
                if (ready)
                    welcome(listener);
            } else if (ready) {
                if (c->send)
                    send_more(c);
                else
                    receive(c);
                step(c, handler);
            } else if (c->until <= now) {
                expire(c);
            }
        }
    }
}

int serve(int listener, http_handler handler) {
    return loop(listener, handler);
}

int serve_one(int in, int out, http_handler handler) {
    begin(&clients[0], in, out, 0);
    return loop(-1, handler);
}
