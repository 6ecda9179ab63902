package org.kakuri.api.vm;

/**
 * A virtual machine in a list.
 *
 * @param name
 *            unique in this process
 * @param kind
 *            where it comes from
 * @param state
 *            what its CPUs do
 * @param machine
 *            QEMU's machine type; empty if unknown
 * @param accelerator
 *            {@code kvm} or {@code tcg}; empty if unknown
 * @param bytes
 *            size of its memory
 * @param kernel
 *            file name of its kernel
 * @param pid
 *            the process that runs it; 0 if it is none of ours
 * @param bootMillis
 *            from the start of QEMU to the guest's word that it is ready; 0 if it was not started here
 */
public record VmInfo(String name, Kind kind, State state, String machine, String accelerator, long bytes, String kernel,
        int pid, long bootMillis) {

    /** Where a machine comes from. */
    public enum Kind {
        /** Started here. */
        GUEST,
        /** The user's, attached. */
        ATTACHED,
        /** Recorded memory. */
        IMAGE
    }

    /** What its CPUs do. */
    public enum State {
        /** They run. */
        RUNNING,
        /** They stand still. */
        PAUSED,
        /** It is recorded memory. */
        RECORDED,
        /** It has ended. */
        ENDED
    }
}
