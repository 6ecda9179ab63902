package org.kakuri.tee.sgx.internal;

import java.util.Map;

/** The events this backend counts: each instruction leaf under its own name, and asynchronous exits. */
final class Events {
    static final String ECREATE = "ECREATE";
    static final String EADD = "EADD";
    static final String EEXTEND = "EEXTEND";
    static final String EINIT = "EINIT";
    static final String EREMOVE = "EREMOVE";
    static final String EENTER = "EENTER";
    static final String EEXIT = "EEXIT";
    static final String ERESUME = "ERESUME";
    static final String AEX = "AEX";
    static final String EREPORT = "EREPORT";
    static final String EGETKEY = "EGETKEY";
    static final String QUOTE = "QUOTE";
    static final String EBLOCK = "EBLOCK";
    static final String ETRACK = "ETRACK";
    static final String EWB = "EWB";
    static final String ELDU = "ELDU";
    static final String EPA = "EPA";
    static final String EAUG = "EAUG";
    static final String EACCEPT = "EACCEPT";
    static final String EMODPE = "EMODPE";
    static final String EMODPR = "EMODPR";
    static final String EMODT = "EMODT";

    static final Map<String, String> ALL = Map.ofEntries(
            Map.entry(ECREATE, "an enclave was begun: its SECS page was made"),
            Map.entry(EADD, "a page was added while the enclave was built"),
            Map.entry(EEXTEND, "256 bytes of a page were measured"),
            Map.entry(EINIT, "an enclave was initialised: it may be entered, and no longer be measured"),
            Map.entry(EREMOVE, "a page was taken out of the EPC, beside its scrubbing"),
            Map.entry(EENTER, "an enclave was entered: for the first time, or with the answer to a host call"),
            Map.entry(EEXIT, "an enclave was left: for good, or with a host call (the bytes are its arguments)"),
            Map.entry(ERESUME, "an enclave was entered where an asynchronous exit had left it"),
            Map.entry(AEX, "an enclave was left by an interrupt or a fault, its registers saved in an SSA frame"),
            Map.entry(EREPORT, "the enclave made a report about itself"),
            Map.entry(EGETKEY, "the enclave obtained a key"),
            Map.entry(QUOTE,
                    "the machine's quoting enclave checked a report and signed a quote, with all it entered for that"),
            Map.entry(EBLOCK, "a page was blocked, to be evicted"),
            Map.entry(ETRACK, "the host began to wait until nobody uses blocked pages of an enclave any more"),
            Map.entry(EWB, "a page was encrypted and evicted from the EPC"),
            Map.entry(ELDU, "an evicted page was decrypted and loaded"),
            Map.entry(EPA, "a page became a version array"),
            Map.entry(EAUG, "a zeroed page was offered to an enclave that is initialised"),
            Map.entry(EACCEPT, "the enclave accepted an offered page or a change to one"),
            Map.entry(EMODPE, "the enclave extended the permissions of a page"),
            Map.entry(EMODPR, "the host restricted the permissions of a page"),
            Map.entry(EMODT, "the host changed the type of a page"));

    private Events() {}
}
