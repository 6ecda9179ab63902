package org.kakuri.api.tee;

import java.util.Objects;

/**
 * Something a backend can or cannot do; consumers state needs in these words and never name a backend.
 *
 * @param name lower case, as commands print it; third parties add their own
 */
public record Capability(String name) {
    /** The host cannot read the instance's memory. */
    public static final Capability CONFIDENTIALITY = new Capability("confidentiality");
    /** The host cannot write the instance's memory. */
    public static final Capability INTEGRITY = new Capability("integrity");
    /** Instances produce evidence. */
    public static final Capability ATTEST = new Capability("attest");
    /** Instances have sealing keys. */
    public static final Capability SEAL = new Capability("seal");
    /** Sealed state cannot be rolled back unnoticed. */
    public static final Capability ROLLBACK_PROTECTION = new Capability("rollback-protection");
    /** An instance shares memory with its host. */
    public static final Capability SHARED_MEMORY = new Capability("shared-memory");
    /** Several contexts run at the same time. */
    public static final Capability PARALLEL_CONTEXTS = new Capability("parallel-contexts");
    /** Memory can be added after sealing. */
    public static final Capability DYNAMIC_MEMORY = new Capability("dynamic-memory");
    /** Instances can hold instances. */
    public static final Capability NESTING = new Capability("nesting");
    /** An instance has more than one address space. */
    public static final Capability ADDRESS_SPACES = new Capability("address-spaces");
    /** Two worlds stand side by side: code inside runs in parallel with its host part. */
    public static final Capability TWO_WORLDS = new Capability("two-worlds");

    /** Refuses an empty name. */
    public Capability {
        if (Objects.requireNonNull(name).isBlank()) {
            throw new IllegalArgumentException("a capability needs a name");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
