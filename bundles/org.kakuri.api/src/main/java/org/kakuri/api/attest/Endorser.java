package org.kakuri.api.attest;

import java.util.List;
import org.kakuri.api.tee.Machine;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a manufacturer publishes about a machine, offered by backends as an extension. A verifier that asks here trusts the
 * model's manufacturer, as it would a real one; it learns public keys only. Thread-safe.
 */
@ConsumerType
public interface Endorser {
    /** Returns the public keys that evidence of that machine is signed with (X.509 SubjectPublicKeyInfo, DER). */
    List<byte[]> trustedKeys(Machine machine);
}
