package org.kakuri.attest.cose;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message with one signature, tagged 18.
 *
 * @rule RFC 9052, 4.2 (structure) and 4.4 (what is signed)
 * @param protectedHeader the protected header as encoded; empty for an empty map
 * @param unprotectedHeader the unprotected header
 * @param payload what is signed
 * @param signature r followed by s
 */
public record CoseSign1(byte[] protectedHeader, Cbor.Table unprotectedHeader, byte[] payload, byte[] signature) {
    /** CBOR tag of this message. */
    public static final int TAG = 18;
    /** CBOR tag of the message with a MAC instead of a signature. */
    public static final int TAG_MAC0 = 17;
    private static final int HEADER_ALG = 1;
    private static final int HEADER_CRIT = 2;

    /** Copies the bytes. */
    public CoseSign1 {
        protectedHeader = protectedHeader.clone();
        payload = payload.clone();
        signature = signature.clone();
    }

    /** Returns a copy. */
    @Override
    public byte[] protectedHeader() {
        return protectedHeader.clone();
    }

    /** Returns a copy. */
    @Override
    public byte[] payload() {
        return payload.clone();
    }

    /** Returns a copy. */
    @Override
    public byte[] signature() {
        return signature.clone();
    }

    /**
     * Signs.
     *
     * @param payload what to sign
     * @param algorithm must fit the key
     * @param key an EC key
     */
    public static CoseSign1 sign(byte[] payload, CoseAlgorithm algorithm, PrivateKey key) {
        byte[] header = CborWriter.write(new Cbor.Table(Map.of(Cbor.of(HEADER_ALG), Cbor.of(algorithm.id()))));
        try {
            Signature signer = Signature.getInstance(algorithm.jdkName());
            signer.initSign(key);
            signer.update(toBeSigned(header, payload));
            return new CoseSign1(header, new Cbor.Table(Map.of()), payload, signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("cannot sign with %s: key=%s".formatted(algorithm, key.getAlgorithm()),
                    e);
        }
    }

    /** Returns the message's deterministic encoding. */
    public byte[] encode() {
        return CborWriter.write(new Cbor.Tag(TAG, new Cbor.Array(List.of(Cbor.of(protectedHeader), unprotectedHeader,
                Cbor.of(payload), Cbor.of(signature)))));
    }

    /**
     * Reads a message.
     *
     * @throws CborRefused if the bytes are not one
     */
    public static CoseSign1 decode(byte[] bytes, CborReader.Mode mode) {
        Cbor item = CborReader.read(bytes, mode);
        if (!(item instanceof Cbor.Tag(long number, Cbor tagged))) {
            throw new CborRefused("not a tagged COSE_Sign1: the item has no tag, expected tag=" + TAG);
        }
        if (number != TAG) {
            throw new CborRefused(
                    "not a tagged COSE_Sign1: tag=%d, expected tag=%d%s".formatted(number, TAG, number == TAG_MAC0
                            ? "; a COSE_Mac0 needs a shared secret, and this verifier holds public keys only"
                            : ""));
        }
        if (tagged instanceof Cbor.Array(List<Cbor> parts) && parts.size() == 4
                && parts.get(0) instanceof Cbor.Bytes header && parts.get(1) instanceof Cbor.Table unprotected
                && parts.get(2) instanceof Cbor.Bytes payload && parts.get(3) instanceof Cbor.Bytes signature) {
            return new CoseSign1(header.value(), unprotected, payload.value(), signature.value());
        }
        throw new CborRefused("not a COSE_Sign1: expected an array of bytes, map, bytes, bytes under tag " + TAG);
    }

    /**
     * Returns the algorithm that the protected header names; empty if it names none that is known, or if it lists critical
     * parameters, which this reader does not know.
     */
    public Optional<CoseAlgorithm> algorithm() {
        if (protectedHeader.length == 0) {
            return Optional.empty();
        }
        Cbor header;
        try {
            header = CborReader.read(protectedHeader, CborReader.Mode.VARIANT);
        } catch (CborRefused _) {
            return Optional.empty();
        }
        if (header instanceof Cbor.Table table && table.get(HEADER_CRIT).isEmpty()
                && unprotectedHeader.get(HEADER_ALG).isEmpty()
                && table.get(HEADER_ALG).orElse(Cbor.Simple.NULL) instanceof Cbor.Int(long id)) {
            return CoseAlgorithm.of(id);
        }
        return Optional.empty();
    }

    /** Returns whether the signature is the key's over this message; false as well for a key of another curve. */
    public boolean verify(ECPublicKey key) {
        Optional<CoseAlgorithm> algorithm = algorithm();
        if (algorithm.isEmpty() || signature.length != algorithm.get().signatureBytes()
                || key.getParams().getCurve().getField().getFieldSize() != algorithm.get().fieldBits()) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(algorithm.get().jdkName());
            verifier.initVerify(key);
            verifier.update(toBeSigned(protectedHeader, payload));
            return verifier.verify(signature);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static byte[] toBeSigned(byte[] protectedHeader, byte[] payload) {
        return CborWriter.write(new Cbor.Array(List.of(Cbor.of("Signature1"), Cbor.of(protectedHeader),
                Cbor.of(new byte[0]), Cbor.of(payload))));
    }
}
