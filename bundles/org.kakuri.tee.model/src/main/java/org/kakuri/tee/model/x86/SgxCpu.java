package org.kakuri.tee.model.x86;

import org.kakuri.tee.model.MachineModel;

/**
 * The security version of a machine's processor and microcode, as SGX knows it. A facility of the machine; thread-safe.
 *
 * @rule Intel SDM vol. 3D, 39.4.2 (security version numbers): CPUSVN is 16 bytes and not compared as one number; here each
 *       byte is the version of one component, as in the TCB components of a PCK certificate
 */
public final class SgxCpu {
    /** Bytes of a CPUSVN. */
    public static final int BYTES = 16;
    private byte[] svn = {2, 2, 2, 2, 3, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0};

    private SgxCpu() {}

    /** Returns the machine's. */
    public static SgxCpu of(MachineModel machine) {
        return machine.facility(SgxCpu.class, SgxCpu::new);
    }

    /** Returns a copy of CPUSVN. */
    public synchronized byte[] svn() {
        return svn.clone();
    }

    /** Loads another microcode, newer or older: enclaves that are made afterwards see it, and so do keys. */
    public synchronized void update(byte[] other) {
        if (other.length != BYTES) {
            throw new IllegalArgumentException("CPUSVN has 16 bytes: " + other.length);
        }
        svn = other.clone();
    }

    /** Returns whether a CPUSVN is this one or before it, in every component. */
    public synchronized boolean covers(byte[] other) {
        for (int i = 0; i < BYTES; i++) {
            if (Byte.toUnsignedInt(other[i]) > Byte.toUnsignedInt(svn[i])) {
                return false;
            }
        }
        return true;
    }
}
