package org.kakuri.api.tee;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A modelled platform: its physical address space, its protection tables and its fused secrets. Two hosts are two machines;
 * backends of one architecture share one.
 */
@ProviderType
public interface Machine extends AutoCloseable {
    /** Architecture of Arm machines. */
    String ARM = "arm";
    /** Architecture of x86-64 machines. */
    String X86_64 = "x86-64";
    /** Architecture of backends that model no hardware and run on any machine. */
    String ANY = "any";

    /** Returns the machine's name, unique among the machines of its architecture. */
    String name();

    /** Returns the architecture, one of the constants here or a third party's own. */
    String architecture();

    /** Returns the physical address space. */
    PhysicalMemory memory();

    /**
     * Returns a facility of the machine's architecture, such as its TZASC or its fuses. Backends of that architecture know the
     * types; nobody else asks.
     */
    <T> Optional<T> facility(Class<T> type);

    /** Returns the events counted on the whole machine. */
    Ledger ledger();

    /** Destroys every instance, scrubs memory and secrets. Idempotent. */
    @Override
    void close();
}
