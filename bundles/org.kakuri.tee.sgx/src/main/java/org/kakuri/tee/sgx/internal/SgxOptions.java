package org.kakuri.tee.sgx.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.UsageError;
import org.kakuri.api.tee.Range;
import org.kakuri.attest.sgx.EnclaveLayout;
import org.kakuri.attest.sgx.SigStruct;
import org.kakuri.tee.model.memory.PhysicalSpace;

/**
 * Options of an instance.
 *
 * @param elrange {@code elrange.base} and {@code elrange.size}, both decimal or with 0x; the size is a power of two from
 *            8192 to 2^47 and the base a multiple of it; default 0 and 2^40
 * @param threads {@code tcs}: how many thread control structures are added before EINIT, 1 to 1024; default 8. Contexts
 *            beyond them get one that is made of offered memory
 * @param ssaFrames {@code nssa}: SSA frames of each, 1 to 16; default 2
 * @param sigStruct {@code sigstruct}: the file with the enclave's SIGSTRUCT, which then says what the three that follow would;
 *            default: the enclave is signed with the development key
 * @param isvProdId {@code isvprodid}: 0 to 65535; default 0
 * @param isvSvn {@code isvsvn}: 0 to 65535; default 0
 * @param debug {@code debug}: {@code on} if a debugger may read and write it; default {@code off}
 * @param sealToSigner {@code seal.to}: {@code signer} if what is sealed is for all enclaves of the signer with that product id, also
 *            later ones; default {@code enclave}
 */
record SgxOptions(Range elrange, int threads, int ssaFrames, Optional<SigStruct> sigStruct, int isvProdId, int isvSvn,
        boolean debug, boolean sealToSigner) {
    static final String BASE = "elrange.base";
    static final String SIZE = "elrange.size";
    static final String TCS = "tcs";
    static final String NSSA = "nssa";
    static final String SIGSTRUCT = "sigstruct";
    static final String PRODID = "isvprodid";
    static final String SVN = "isvsvn";
    static final String DEBUG = "debug";
    static final String SEAL = "seal.to";
    static final Set<String> NAMES = Set.of(BASE, SIZE, TCS, NSSA, SIGSTRUCT, PRODID, SVN, DEBUG, SEAL);
    private static final long MAX_SIZE = 1L << 47;

    /** Reads the options that are known; unknown ones are refused by the instance. */
    static SgxOptions of(Map<String, String> options) {
        long size = number(options, SIZE, EnclaveLayout.SIZE);
        long base = number(options, BASE, 0);
        if (Long.bitCount(size) != 1 || size < 2 * PhysicalSpace.PAGE || size > MAX_SIZE) {
            throw new UsageError("option %s of backend sgx is no size: %d".formatted(SIZE, size),
                    "give a power of two from 8192 to 2^47 (SDM vol. 3D, ECREATE: SECS.SIZE)");
        }
        if (base % size != 0 || base > MAX_SIZE - size) {
            throw new UsageError("option %s of backend sgx is no base: 0x%x".formatted(BASE, base),
                    "give a multiple of %s below 2^47 (SDM vol. 3D, ECREATE: SECS.BASEADDR)".formatted(SIZE));
        }
        int threads = (int) between(options, TCS, EnclaveLayout.THREADS, 1, 1024);
        int frames = (int) between(options, NSSA, EnclaveLayout.SSA_FRAMES, 1, 16);
        if ((long) threads * (1 + frames) >= size / PhysicalSpace.PAGE) {
            throw new UsageError("ELRANGE is too small for its threads: %s=%d, %s=%d, %s=%d".formatted(SIZE, size, TCS,
                    threads, NSSA, frames), "make it larger");
        }
        return new SgxOptions(new Range(base, size), threads, frames, sigStruct(options.get(SIGSTRUCT)),
                (int) between(options, PRODID, 0, 0, 0xffff), (int) between(options, SVN, 0, 0, 0xffff),
                choice(options, DEBUG, "off", "on"), choice(options, SEAL, "enclave", "signer"));
    }

    private static Optional<SigStruct> sigStruct(String file) {
        if (file == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(SigStruct.of(Files.readAllBytes(Path.of(file))));
        } catch (IOException e) {
            throw new UsageError("option %s of backend sgx cannot be read: %s".formatted(SIGSTRUCT, e),
                    "tee:sign makes one");
        }
    }

    private static boolean choice(Map<String, String> options, String name, String no, String yes) {
        String value = options.getOrDefault(name, no);
        if (!value.equals(no) && !value.equals(yes)) {
            throw new UsageError("option %s of backend sgx is %s or %s: %s".formatted(name, no, yes, value), "");
        }
        return value.equals(yes);
    }

    private static long between(Map<String, String> options, String name, long usual, long least, long most) {
        long value = number(options, name, usual);
        if (value < least || value > most) {
            throw new UsageError("option %s of backend sgx is out of range: %d".formatted(name, value),
                    "give %d to %d".formatted(least, most));
        }
        return value;
    }

    private static long number(Map<String, String> options, String name, long usual) {
        String text = options.get(name);
        if (text == null) {
            return usual;
        }
        if (!text.matches("0x[0-9a-fA-F]{1,12}|[0-9]{1,15}")) {
            throw new UsageError("option %s of backend sgx is no number: %s".formatted(name, text),
                    "write it in decimal, or in hexadecimal with 0x");
        }
        return text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
    }
}
