package org.kakuri.api.tee;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A TCS, TA thread, vCPU or REC. Its code runs on the thread that calls {@link #run}, as on hardware: entering and leaving is
 * what changes, not the CPU.
 */
@ConsumerType
public interface Context {
    /**
     * Enters the context and runs it until it ends. Each exit is given to the handler on the same thread; its answer decides
     * how the context is entered again.
     *
     * @param handler the host side
     * @return how it ended
     * @throws org.kakuri.api.WrongState if the instance is not READY, or the context runs already or has ended
     */
    Exit.Final run(ExitHandler handler);

    /** Asks for an interrupt exit at the next point where the code can be interrupted. From any thread; returns at once. */
    void kick();

    /**
     * Stops the code for good, wherever it is, also in an endless loop; {@link #run} then returns a fault. From any thread;
     * returns at once.
     */
    void terminate(String reason);
}
