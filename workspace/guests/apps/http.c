#include "http.h"

#include <string.h>
#include <strings.h>

/* RFC 9110, section 5.6.2. */
static int is_token(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c != 0 && strchr("!#$%&'*+-.^_`|~", c));
}

static size_t token(const char *from, const char *end) {
    size_t n = 0;
    while (from + n < end && is_token(from[n]))
        n++;
    return n;
}

static int is(const char *text, size_t length, const char *word) {
    return length == strlen(word) && strncasecmp(text, word, length) == 0;
}

/* What names a list of tokens: whether it has the word. Empty elements are allowed (RFC 9110, section 5.6.1.2). */
static int lists(const char *at, size_t length, const char *word) {
    const char *end = at + length;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        const char *last = stop;
        while (at < last && (*at == ' ' || *at == '\t'))
            at++;
        while (last > at && (last[-1] == ' ' || last[-1] == '\t'))
            last--;
        if (is(at, (size_t)(last - at), word))
            return 1;
        at = comma ? comma + 1 : end;
    }
    return 0;
}

/* Digits alone; a number too large for a body is one above what a body may have. */
static int length_of(const char *at, size_t digits, size_t *value) {
    if (digits == 0)
        return -400;
    *value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -400;
        if (*value <= HTTP_BODY_MOST)
            *value = *value * 10 + (size_t)(at[i] - '0');
    }
    return 0;
}

/* method SP target SP version, in [at, end) */
static int request_line(const char *at, const char *end, struct http_request *request, int *minor) {
    size_t n = token(at, end);
    if (n == 0 || at + n == end || at[n] != ' ')
        return -400;
    if (n > HTTP_METHOD_MOST)
        return -501;
    memcpy(request->method, at, n);
    at += n + 1;
    for (n = 0; at + n < end && at[n] > ' ' && at[n] < 0x7f; n++) {
    }
    if (n == 0 || at + n == end || at[n] != ' ')
        return -400;
    if (n > HTTP_TARGET_MOST)
        return -414;
    memcpy(request->target, at, n);
    at += n + 1;
    if (end - at != 8 || memcmp(at, "HTTP/", 5) != 0 || at[5] < '0' || at[5] > '9' || at[6] != '.' || at[7] < '0' || at[7] > '9')
        return -400;
    if (at[5] != '1' || at[7] > '1')
        return -505;
    *minor = at[7] - '0';
    return 0;
}

struct seen {
    int hosts, encoded, close, keep, odd_expectation;
};

/* name ":" OWS value OWS, in [at, end) */
static int field(const char *at, const char *end, struct http_request *request, struct seen *seen) {
    size_t name = token(at, end);
    if (name == 0 || at + name == end || at[name] != ':')
        return -400;
    const char *value = at + name + 1;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    size_t length = (size_t)(end - value);
    for (size_t i = 0; i < length; i++)
        if ((value[i] >= 0 && value[i] < ' ' && value[i] != '\t') || value[i] == 0x7f)
            return -400;
    if (is(at, name, "host"))
        return seen->hosts++ ? -400 : 0;
    if (is(at, name, "transfer-encoding"))
        seen->encoded = 1;
    if (is(at, name, "connection")) {
        seen->close |= lists(value, length, "close");
        seen->keep |= lists(value, length, "keep-alive");
    }
    if (is(at, name, "expect")) {
        request->expects_continue = is(value, length, "100-continue");
        seen->odd_expectation |= !request->expects_continue;
    }
    if (is(at, name, "content-length")) {
        if (request->has_length++)
            return -400;
        return length_of(value, length, &request->body);
    }
    return 0;
}

int http_head(const char *bytes, size_t length, struct http_request *request) {
    struct seen seen = {0};
    const char *at = bytes, *last = bytes + (length < HTTP_HEAD_MOST ? length : HTTP_HEAD_MOST);
    int minor = -1, bad;
    memset(request, 0, sizeof *request);
    for (;;) {
        const char *line_end = memchr(at, '\n', (size_t)(last - at));
        if (!line_end)
            break;
        if (line_end == at || line_end[-1] != '\r')
            return -400;
        const char *line = at;
        at = line_end + 1;
        if (line_end - line == 1 && minor >= 0) {
            if (seen.encoded)
                return request->has_length ? -400 : -411;
            if (minor == 1 && seen.hosts == 0)
                return -400;
            if (request->body > HTTP_BODY_MOST)
                return -413;
            if (seen.odd_expectation)
                return -417;
            request->keep_alive = !seen.close && (minor == 1 || seen.keep);
            request->expects_continue &= minor == 1;
            return (int)(at - bytes);
        }
        bad = minor < 0 ? request_line(line, line_end - 1, request, &minor) : field(line, line_end - 1, request, &seen);
        if (bad)
            return bad;
    }
    if (length < HTTP_HEAD_MOST)
        return 0;
    return minor < 0 ? -414 : -431;
}

const char *http_status(int code) {
    static const struct {
        int code;
        const char *text;
    } known[] = {{200, "200 OK"}, {400, "400 Bad Request"}, {404, "404 Not Found"}, {405, "405 Method Not Allowed"},
                 {408, "408 Request Timeout"}, {411, "411 Length Required"}, {413, "413 Content Too Large"},
                 {414, "414 URI Too Long"}, {417, "417 Expectation Failed"}, {431, "431 Request Header Fields Too Large"},
                 {501, "501 Not Implemented"}, {503, "503 Service Unavailable"}, {505, "505 HTTP Version Not Supported"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].code == code)
            return known[i].text;
    return "500 Internal Server Error";
}
