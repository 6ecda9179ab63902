package org.kakuri.runtime.scone.internal;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.LocalAttestation;
import org.kakuri.api.tee.Measurement;
import org.kakuri.runtime.libos.HostedInstance;

/**
 * How the instances of a parent and of its forked child agree on a key, before memory goes from one to the other. The host carries all
 * messages:
 *
 * <pre>
 * parent to child:  TARGET, for whom the report is to be
 * child  to parent: REPORT, with a fresh number
 * parent to child:  KEY and that number, sealed to the code that both run
 * </pre>
 *
 * The parent goes on only if the report was made for it on this machine, by the very code that it runs itself. What it seals only that
 * code can open, on this machine; of the instances that could, each accepts its own number only, so that the key is one child's, and
 * that child knows that its parent is of that code too. Where the architecture has no local attestation the key comes from X25519, and
 * nobody has proved anything.
 *
 * @param host carries each message
 */
record ForkHandshake(Host host) {
    /** A host that hands over what it was given. */
    static final ForkHandshake HONEST = new ForkHandshake((_, message) -> message);
    private static final byte[] LABEL = {'f', 'o', 'r', 'k'};
    private static final int NUMBER = 32;
    private static final int KEY = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Messages that the host carries. */
    enum Message {
        TARGET, REPORT, KEY
    }

    /** Whoever carries messages between instances; nobody trusts it. */
    @FunctionalInterface
    interface Host {
        /** Returns what arrives. */
        byte[] carry(Message which, byte[] message);
    }

    /**
     * What both have now.
     *
     * @param key known to nobody else
     * @param attested whether each knows that the other is of the same code, on this machine
     */
    record Agreed(SecretKey key, boolean attested) {}

    /** Who an instance is: what others make reports for, and the code that it runs. Known to the instance itself. */
    record Self(byte[] target, Measurement measurement) {}

    private record Claim(byte[] number, byte[] report) {}

    private record Granted(byte[] key, byte[] sealed) {}

    /**
     * Lets both agree on a key.
     *
     * @throws Refused if one of them does not believe the other
     */
    Agreed between(HostedInstance parent, HostedInstance child) {
        return between(parent, parent.call(ForkHandshake::self), child);
    }

    /**
     * Lets both agree on a key.
     *
     * @param self who the parent is, as it has found out by {@link #self} before
     * @throws Refused if one of them does not believe the other
     */
    Agreed between(HostedInstance parent, Optional<Self> self, HostedInstance child) {
        if (self.isEmpty()) {
            return new Agreed(withoutProof(), false);
        }
        byte[] target = host.carry(Message.TARGET, self.get().target());
        Claim claim = child.call(inside -> claim(inside, target));
        byte[] report = host.carry(Message.REPORT, claim.report());
        Granted granted = parent.call(inside -> grant(inside, self.get(), report));
        byte[] sealed = host.carry(Message.KEY, granted.sealed());
        byte[] opened = child.call(inside -> open(inside, claim.number(), sealed));
        if (!MessageDigest.isEqual(granted.key(), opened)) {
            throw new Refused("fork refused: parent and child have other keys", "the host changed a message");
        }
        return new Agreed(new SecretKeySpec(opened, "AES"), true);
    }

    /** Lets an instance find out who it is; empty where there is no local attestation. */
    static Optional<Self> self(Inside inside) {
        return inside.extension(LocalAttestation.class)
                .map(local -> new Self(local.target(), local.check(local.report(local.target(), new byte[0]))
                        .orElseThrow()
                        .measurement()));
    }

    private static Claim claim(Inside inside, byte[] target) {
        byte[] number = new byte[NUMBER];
        RANDOM.nextBytes(number);
        return new Claim(number, inside.extension(LocalAttestation.class).orElseThrow().report(target, number));
    }

    private static Granted grant(Inside inside, Self self, byte[] report) {
        LocalAttestation.Proof proof = inside.extension(LocalAttestation.class)
                .orElseThrow()
                .check(report)
                .orElseThrow(() -> new Refused(
                        "fork refused: the child's report was not made for its parent, or not on this machine",
                        "the host changed a message, or has no such child"));
        if (!proof.measurement().equals(self.measurement())) {
            throw new Refused("fork refused: the child runs other code than its parent: %s, not %s".formatted(
                    proof.measurement(), self.measurement()), "the host made the child of another program");
        }
        byte[] message = new byte[KEY + NUMBER];
        RANDOM.nextBytes(message);
        System.arraycopy(proof.data(), 0, message, KEY, NUMBER);
        return new Granted(Arrays.copyOf(message, KEY), inside.sealing().seal(LABEL, message));
    }

    private static byte[] open(Inside inside, byte[] number, byte[] sealed) {
        byte[] message = inside.sealing().unseal(LABEL, sealed);
        if (message.length != KEY + NUMBER || !Arrays.equals(message, KEY, KEY + NUMBER, number, 0, NUMBER)) {
            throw new Refused("fork refused: the key is another child's",
                    "the host handed over another fork's message");
        }
        return Arrays.copyOf(message, KEY);
    }

    private static SecretKey withoutProof() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
            KeyPair one = generator.generateKeyPair();
            KeyPair other = generator.generateKeyPair();
            byte[] secret = secret(one, other.getPublic());
            if (!MessageDigest.isEqual(secret, secret(other, one.getPublic()))) {
                throw new GeneralSecurityException("both sides computed another secret");
            }
            return new SecretKeySpec(MessageDigest.getInstance("SHA-256").digest(secret), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has X25519", e);
        }
    }

    private static byte[] secret(KeyPair own, PublicKey peer) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(own.getPrivate());
        agreement.doPhase(peer, true);
        return agreement.generateSecret();
    }
}
