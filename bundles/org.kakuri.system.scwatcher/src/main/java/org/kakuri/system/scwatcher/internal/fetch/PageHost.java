package org.kakuri.system.scwatcher.internal.fetch;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.kakuri.api.Refused;
import org.kakuri.api.vm.GuestMemory;

/**
 * The hypervisor's side: reads pages and encrypts them for the enclave. A request is the number of the moment and frame numbers,
 * eight bytes each; the reply is a nonce of 12 bytes and the pages under AES-GCM, with the request as associated data, so that no
 * page can be passed off as another or as a younger one. Used from one thread.
 */
public final class PageHost {
    static final int NONCE = 12;
    static final int TAG_BITS = 128;
    static final int MOST = 64;
    static final String TRANSFORMATION = "AES/GCM/NoPadding";

    private final GuestMemory memory;
    private final SecretKey key;
    private final Cipher cipher;
    private final byte[] pages = new byte[MOST * GuestMemory.PAGE];
    private long counter;

    /**
     * Takes what it serves.
     *
     * @param memory the guest's memory as the hypervisor sees it
     * @param key shared with the enclave, used for this host alone: its nonces are a counter
     */
    public PageHost(GuestMemory memory, SecretKey key) {
        this.memory = memory;
        this.key = key;
        try {
            this.cipher = Cipher.getInstance(TRANSFORMATION);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks " + TRANSFORMATION, e);
        }
    }

    /** Returns the first address behind the memory, which is no secret. */
    public long end() {
        return memory.end();
    }

    /** Returns whether a range is memory, which is no secret. */
    public boolean contains(long physical, long bytes) {
        return memory.contains(physical, bytes);
    }

    /**
     * Serves a request.
     *
     * @throws Refused if it asks for too much
     * @throws org.kakuri.api.vm.GuestFault if a frame is no memory, or the machine refuses
     */
    public byte[] serve(byte[] request) {
        ByteBuffer in = ByteBuffer.wrap(request);
        int count = request.length / Long.BYTES - 1;
        if (count < 1 || count > MOST || request.length % Long.BYTES != 0) {
            throw new Refused("a request of %d bytes for pages".formatted(request.length), "ask for 1 to 64 pages");
        }
        in.getLong();
        for (int i = 0; i < count; i++) {
            memory.read(Math.multiplyExact(in.getLong(), GuestMemory.PAGE), pages, i * GuestMemory.PAGE,
                    GuestMemory.PAGE);
        }
        byte[] reply = new byte[NONCE + count * GuestMemory.PAGE + TAG_BITS / 8];
        ByteBuffer.wrap(reply).putInt(0).putLong(++counter);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, reply, 0, NONCE));
            cipher.updateAAD(request);
            cipher.doFinal(pages, 0, count * GuestMemory.PAGE, reply, NONCE);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("pages could not be encrypted", e);
        }
        return reply;
    }
}
