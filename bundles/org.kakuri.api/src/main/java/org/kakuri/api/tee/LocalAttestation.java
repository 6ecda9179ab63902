package org.kakuri.api.tee;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Proofs between instances on one machine, without signatures: an extension of {@link Inside}, where the architecture has it
 * (SGX: EREPORT and the report key). Used on the context's own thread.
 */
@ProviderType
public interface LocalAttestation {
    /** Returns what others must know to prove something to this instance; not secret. */
    byte[] target();

    /**
     * Makes a proof about this instance.
     *
     * @param target what {@link #target} returned inside of the instance that shall check it
     * @param data bound into the proof, at most 64 bytes
     * @throws org.kakuri.api.Refused if that is no target
     */
    byte[] report(byte[] target, byte[] data);

    /**
     * Checks a proof that was made for this instance.
     *
     * @return what is proved; empty if it was made for another instance, on another machine, or changed
     */
    Optional<Proof> check(byte[] report);

    /**
     * What a proof says.
     *
     * @param measurement of the code
     * @param signer who signed the code; empty where nobody does
     * @param data what the code bound into it, 64 bytes
     */
    record Proof(Measurement measurement, byte[] signer, byte[] data) {
        /** Copies the bytes. */
        public Proof {
            signer = signer.clone();
            data = data.clone();
        }

        /** Returns a copy. */
        @Override
        public byte[] signer() {
            return signer.clone();
        }

        /** Returns a copy. */
        @Override
        public byte[] data() {
            return data.clone();
        }
    }
}
