package org.kakuri.tee.model.arm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.stream.Stream;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.Fuses;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.P256;
import org.kakuri.tee.model.memory.Zone;

/**
 * What an Arm machine has for its two worlds: the TZASC, the carve-out it protects, the RPMB and the initial attestation key.
 * A facility of the machine, made by whoever needs it first. Thread-safe.
 */
public final class ArmPlatform implements AutoCloseable {
    /** Name of the zone that secure memory is taken from. */
    public static final String SECURE = "secure";
    /** Where the carve-out ends. */
    static final long SECURE_END = 0x1_0000_0000L;
    /** The carve-out's region in the TZASC. */
    static final int SECURE_REGION = 1;
    private static final String IAK = "psa-initial-attestation-key";

    private final Tzasc tzasc = new Tzasc();
    private final Rpmb rpmb = new Rpmb();
    private final Range secure;
    private final KeyPair attestationKey;
    private Path scratch;

    private ArmPlatform(MachineModel machine, long secureBytes) {
        secure = new Range(SECURE_END - secureBytes, secureBytes);
        attestationKey = P256.fromSecret(
                machine.facility(Fuses.class).orElseThrow().derive(IAK, new byte[0], P256.SECRET_BYTES));
        machine.memory().define(new Zone(SECURE, secure));
        machine.memory().exclusively(() -> tzasc.region(SECURE_REGION, secure, Permissions.SECURE_ONLY));
        machine.memory().add(tzasc);
    }

    /**
     * Returns the machine's, booted now if it was not yet.
     *
     * @param machine an Arm machine
     * @param secureBytes size of the carve-out, if it is made now
     */
    public static ArmPlatform of(MachineModel machine, long secureBytes) {
        return machine.facility(ArmPlatform.class, () -> new ArmPlatform(machine, secureBytes));
    }

    /** Returns the address space controller. */
    public Tzasc tzasc() {
        return tzasc;
    }

    /** Returns the replay protected memory. */
    public Rpmb rpmb() {
        return rpmb;
    }

    /** Returns the carve-out. */
    public Range secure() {
        return secure;
    }

    /** Returns the key that tokens are signed with; its public half is what the manufacturer publishes. */
    public KeyPair attestationKey() {
        return attestationKey;
    }

    /** Returns the directory of the normal world in which secure storage lies where no other is named; goes with the machine. */
    public synchronized Path scratch() {
        if (scratch == null) {
            try {
                scratch = Files.createTempDirectory("kakuri-storage-");
            } catch (IOException e) {
                throw new UncheckedIOException("no directory for secure storage", e);
            }
        }
        return scratch;
    }

    @Override
    public synchronized void close() throws IOException {
        if (scratch == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
        scratch = null;
    }
}
