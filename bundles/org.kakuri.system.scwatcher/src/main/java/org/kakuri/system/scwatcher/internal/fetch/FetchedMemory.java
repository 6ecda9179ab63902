package org.kakuri.system.scwatcher.internal.fetch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.ServedTree.WayOut;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMemory;

/**
 * The guest's memory inside an enclave: pages are requested from outside, arrive encrypted, and are kept at most until the next
 * moment. A page that is not what was asked for is refused. Used from one thread.
 */
public final class FetchedMemory implements GuestMemory {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final UnaryOperator<byte[]> outside;
    private final PageHost geometry;
    private final SecretKey key;
    private final Fetching fetching;
    private final Cipher cipher;
    private final Map<Long, byte[]> cache = new HashMap<>();
    private final Set<Long> early = new HashSet<>();
    private final Set<Long> used = new HashSet<>();
    private long lastFrame = -1;
    private byte[] lastPage;
    private long moment;
    private long requests;
    private long pages;
    private long bytes;
    private long unused;

    /**
     * Makes it.
     *
     * @param geometry tells where memory is
     * @param outside carries a request out of the enclave and brings the reply
     * @param key shared with the host
     * @param fetching when pages are asked for
     */
    public FetchedMemory(PageHost geometry, UnaryOperator<byte[]> outside, SecretKey key, Fetching fetching) {
        this.geometry = geometry;
        this.outside = outside;
        this.key = key;
        this.fetching = fetching;
        try {
            this.cipher = Cipher.getInstance(PageHost.TRANSFORMATION);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks " + PageHost.TRANSFORMATION, e);
        }
    }

    /**
     * Returns an enclave's view of a guest's memory, with a fresh key.
     *
     * @param memory as the hypervisor sees it
     * @param out how requests leave the enclave
     */
    public static FetchedMemory of(GuestMemory memory, Fetching fetching, WayOut out) {
        try {
            KeyGenerator generator = KeyGenerator.getInstance("AES");
            generator.init(128);
            SecretKey key = generator.generateKey();
            PageHost host = new PageHost(memory, key);
            return new FetchedMemory(host, request -> out.ask(request, host::serve), key, fetching);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks AES", e);
        }
    }

    /** Begins a moment: what was fetched before is forgotten. */
    public void begin() {
        moment++;
        List<Long> wanted = new ArrayList<>(used);
        unused += early.size();
        cache.clear();
        early.clear();
        used.clear();
        lastFrame = -1;
        if (fetching == Fetching.BATCHED) {
            for (int from = 0; from < wanted.size(); from += PageHost.MOST) {
                List<Long> batch = wanted.subList(from, Math.min(wanted.size(), from + PageHost.MOST));
                List<byte[]> come = request(batch);
                for (int i = 0; i < batch.size(); i++) {
                    cache.put(batch.get(i), come.get(i));
                    early.add(batch.get(i));
                }
            }
        }
    }

    /** Returns what fetching took so far. */
    public FetchCount count() {
        return new FetchCount(requests, pages, bytes, unused);
    }

    private List<byte[]> request(List<Long> frames) {
        ByteBuffer request = ByteBuffer.allocate((frames.size() + 1) * Long.BYTES).putLong(moment);
        frames.forEach(request::putLong);
        byte[] reply = outside.apply(request.array());
        requests++;
        pages += frames.size();
        bytes += reply.length;
        byte[] plain;
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(PageHost.TAG_BITS, reply, 0, PageHost.NONCE));
            cipher.updateAAD(request.array());
            plain = cipher.doFinal(reply, PageHost.NONCE, reply.length - PageHost.NONCE);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new Refused("the pages that came are not those that were asked for: frames %s of moment %d".formatted(
                    frames, moment), "the host has changed, repeated or exchanged them", e);
        }
        if (plain.length != frames.size() * PAGE) {
            throw new Refused("%d bytes came for %d pages".formatted(plain.length, frames.size()), "");
        }
        List<byte[]> come = new ArrayList<>(frames.size());
        for (int i = 0; i < frames.size(); i++) {
            come.add(frames.size() == 1 ? plain : java.util.Arrays.copyOfRange(plain, i * PAGE, (i + 1) * PAGE));
        }
        return come;
    }

    private byte[] page(long physical, int length) {
        if (!geometry.contains(physical, length)) {
            throw new GuestFault("no memory at physical 0x%x, %d bytes".formatted(physical, length));
        }
        long frame = physical / PAGE;
        if (fetching == Fetching.PER_FIELD) {
            return request(List.of(frame)).getFirst();
        }
        if (frame == lastFrame) {
            return lastPage;
        }
        byte[] page = cache.get(frame);
        if (page == null) {
            page = request(List.of(frame)).getFirst();
            cache.put(frame, page);
        }
        if (used.add(frame)) {
            early.remove(frame);
        }
        lastFrame = frame;
        lastPage = page;
        return page;
    }

    private static int inPage(long physical, int width) {
        int at = (int) (physical & PAGE - 1);
        if (at > PAGE - width) {
            throw new GuestFault("a field across a page border at 0x%x".formatted(physical));
        }
        return at;
    }

    @Override
    public long end() {
        return geometry.end();
    }

    @Override
    public boolean contains(long physical, long length) {
        return geometry.contains(physical, length);
    }

    @Override
    public void read(long physical, byte[] to, int at, int length) {
        for (int done = 0; done < length;) {
            int start = (int) (physical + done & PAGE - 1);
            int step = Math.min(length - done, PAGE - start);
            System.arraycopy(page(physical + done, step), start, to, at + done, step);
            done += step;
        }
    }

    @Override
    public long readLong(long physical) {
        int at = inPage(physical, Long.BYTES);
        return (long) LONG.get(page(physical, Long.BYTES), at);
    }

    @Override
    public int readInt(long physical) {
        int at = inPage(physical, Integer.BYTES);
        return (int) INT.get(page(physical, Integer.BYTES), at);
    }

    @Override
    public short readShort(long physical) {
        int at = inPage(physical, Short.BYTES);
        return (short) SHORT.get(page(physical, Short.BYTES), at);
    }

    @Override
    public byte readByte(long physical) {
        return page(physical, 1)[(int) (physical & PAGE - 1)];
    }
}
