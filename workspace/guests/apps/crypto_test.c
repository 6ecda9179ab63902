/*
 * SHA-512 and Ed25519 against their specifications' examples: an ordinary program and a WebAssembly module, so that both compilers' work
 * is tested. Prints what differs; exit status 0 if nothing does.
 *
 *   crypto_test                   the examples of FIPS 180-4 (NIST's example values) and RFC 8032, section 7.1
 *   crypto_test SEED < MESSAGE    public key and signature, in hexadecimal: for comparing with another implementation
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ed25519.h"
#include "sha512.h"

static int failures;

static void hex(char *to, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        sprintf(to + 2 * i, "%02x", bytes[i]);
}

static size_t unhex(uint8_t *to, const char *text) {
    size_t n = strlen(text) / 2;
    for (size_t i = 0; i < n; i++) {
        char digits[3] = {text[2 * i], text[2 * i + 1], 0};
        to[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

static void expect(const char *what, const uint8_t *bytes, size_t length, const char *wanted) {
    char found[2 * SHA512_BYTES + 1];
    hex(found, bytes, length);
    if (strcmp(found, wanted) != 0) {
        printf("%s: %s, not %s\n", what, found, wanted);
        failures++;
    }
}

/* The message in pieces of every size must give the same. */
static void sha512(const char *what, const char *message, size_t length, const char *wanted) {
    static const size_t pieces[] = {1, 7, 64, 127, 128, 129, 1000000};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct sha512 state;
        uint8_t digest[SHA512_BYTES];
        sha512_begin(&state);
        for (size_t at = 0; at < length; at += pieces[i])
            sha512_add(&state, message + at, length - at < pieces[i] ? length - at : pieces[i]);
        sha512_end(&state, digest);
        expect(what, digest, sizeof digest, wanted);
    }
}

static void ed25519(const char *what, const char *seed_text, const char *public_text, const char *message_text, const char *wanted) {
    uint8_t seed[32], public_key[32], signature[64], message[2048];
    unhex(seed, seed_text);
    size_t length = unhex(message, message_text);
    ed25519_public(public_key, seed);
    expect(what, public_key, sizeof public_key, public_text);
    ed25519_sign(signature, message, length, seed, public_key);
    expect(what, signature, sizeof signature, wanted);
}

static void examples(void) {
    static char million[1000000];
    memset(million, 'a', sizeof million);
    sha512("SHA-512 of nothing", "", 0,
           "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
    sha512("SHA-512 of abc", "abc", 3,
           "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    sha512("SHA-512 of two blocks",
           "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 112,
           "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
    sha512("SHA-512 of a million a", million, sizeof million,
           "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b");
    ed25519("RFC 8032 test 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    ed25519("RFC 8032 test 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    ed25519("RFC 8032 test 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    ed25519("RFC 8032 test SHA(abc)", "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704");
}

int main(int argc, char **argv) {
    if (argc == 2 && strlen(argv[1]) == 64) {
        static uint8_t message[1 << 20];
        uint8_t seed[32], public_key[32], signature[64];
        char text[129];
        ssize_t n;
        size_t length = 0;
        unhex(seed, argv[1]);
        while ((n = read(STDIN_FILENO, message + length, sizeof message - length)) > 0)
            length += (size_t)n;
        ed25519_public(public_key, seed);
        ed25519_sign(signature, message, length, seed, public_key);
        hex(text, public_key, sizeof public_key);
        printf("%s\n", text);
        hex(text, signature, sizeof signature);
        printf("%s\n", text);
        return 0;
    }
    examples();
    printf("%d failures\n", failures);
    return failures != 0;
}
