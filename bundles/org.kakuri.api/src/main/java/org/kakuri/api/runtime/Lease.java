package org.kakuri.api.runtime;

import java.util.List;
import org.kakuri.api.Unsupported;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.CostProfile;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A backend and a runtime on loan. While it is held they are not taken away without notice; when they must go, sessions are
 * drained and later calls throw {@link org.kakuri.api.Gone}.
 */
@ProviderType
public interface Lease extends AutoCloseable {
    /** Returns what the backend is. */
    BackendInfo backend();

    /** Returns what the runtime is. */
    RuntimeInfo runtime();

    /** Returns what the pair stands for. */
    Cell cell();

    /** Returns the prices that instances of this lease charge when asked to charge those: a variant has some of its own. */
    default CostProfile charged(CostProfile profile) {
        return profile;
    }

    /**
     * Returns the public keys that the manufacturer of this machine publishes (X.509 SubjectPublicKeyInfo, DER): who trusts them
     * trusts evidence of the lease's sessions. Empty if the backend makes none.
     */
    default List<byte[]> trustedKeys() {
        return List.of();
    }

    /**
     * Opens a session, in this process or in a domain host, as the spec says. Closed at the latest with the lease.
     *
     * @throws org.kakuri.api.Refused if the image is bad
     * @throws org.kakuri.api.Unsupported if the backend lacks something
     * @throws org.kakuri.api.Gone if the lease was closed or revoked
     */
    RuntimeSession open(RuntimeImage image, SessionSpec spec);

    /**
     * Returns what the leased backend offers beyond instances, such as {@link org.kakuri.api.gp.GlobalPlatform}. It ends with
     * the lease, and sees to it that nothing of the backend is left.
     *
     * @throws org.kakuri.api.Unsupported if the backend does not offer it, or such a thing cannot be lent
     * @throws org.kakuri.api.Gone if the lease was closed or revoked
     */
    default <T> T extension(Class<T> type) {
        throw new Unsupported("this lease lends no %s".formatted(type.getSimpleName()), "");
    }

    /**
     * Puts memory that somebody has already, such as the RAM of a virtual machine, into an instance of the backend. The session
     * starts nothing: it tells where the memory lies ({@link RuntimeSession#memory}) and lets others touch it
     * ({@link RuntimeSession#touch}). It is closed at the latest with the lease; what scrubbing means the memory decides.
     *
     * @param memory a multiple of 4096 bytes, at guest address 0
     * @param spec its placement must be inline; its memory limit at least the size of the memory
     * @throws org.kakuri.api.Unsupported if the backend has no room for it
     * @throws org.kakuri.api.Gone if the lease was closed or revoked
     */
    default RuntimeSession confine(Backing memory, SessionSpec spec) {
        throw new Unsupported("this lease creates no instances without a runtime", "take one of the workbench");
    }

    /** Ends the loan and the sessions under it. Idempotent. */
    @Override
    void close();
}
