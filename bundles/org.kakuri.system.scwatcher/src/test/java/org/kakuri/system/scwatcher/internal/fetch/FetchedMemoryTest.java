package org.kakuri.system.scwatcher.internal.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kakuri.api.Refused;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestMemory;

/** Pages through the enclave's border: the same bytes, never others, and as few as promised. */
@Timeout(30)
class FetchedMemoryTest {
    private static final SecretKey KEY = new SecretKeySpec(new byte[16], "AES");
    private static final int PAGES = 200;

    private final byte[] content = new byte[PAGES * GuestMemory.PAGE];
    private final ByteBuffer numbers = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    private final PageHost host = new PageHost(memory(), KEY);

    FetchedMemoryTest() {
        new Random(1).nextBytes(content);
    }

    private GuestMemory memory() {
        return new GuestMemory() {
            @Override
            public long end() {
                return content.length;
            }

            @Override
            public boolean contains(long physical, long bytes) {
                return physical >= 0 && bytes >= 0 && physical <= content.length - bytes;
            }

            @Override
            public void read(long physical, byte[] to, int at, int length) {
                if (!contains(physical, length)) {
                    throw new GuestFault("outside");
                }
                System.arraycopy(content, (int) physical, to, at, length);
            }

            @Override
            public long readLong(long physical) {
                return numbers.getLong((int) physical);
            }

            @Override
            public int readInt(long physical) {
                return numbers.getInt((int) physical);
            }

            @Override
            public short readShort(long physical) {
                return numbers.getShort((int) physical);
            }

            @Override
            public byte readByte(long physical) {
                return content[(int) physical];
            }
        };
    }

    private FetchedMemory fetched(Fetching fetching, UnaryOperator<byte[]> outside) {
        return new FetchedMemory(host, outside, KEY, fetching);
    }

    @ParameterizedTest
    @EnumSource(Fetching.class)
    void readsWhatIsThere(Fetching fetching) {
        FetchedMemory memory = fetched(fetching, host::serve);
        for (int round = 0; round < 3; round++) {
            memory.begin();
            byte[] across = new byte[3 * GuestMemory.PAGE];
            memory.read(5000, across, 0, across.length);

            assertArrayEquals(Arrays.copyOfRange(content, 5000, 5000 + across.length), across);
            assertEquals(numbers.getLong(4096), memory.readLong(4096));
            assertEquals(numbers.getInt(8188), memory.readInt(8188));
            assertEquals(numbers.getShort(12), memory.readShort(12));
            assertEquals(content[4095], memory.readByte(4095));
        }
    }

    @Test
    void fetchesAsOftenAsPromised() {
        FetchedMemory perField = fetched(Fetching.PER_FIELD, host::serve);
        FetchedMemory cached = fetched(Fetching.CACHED, host::serve);
        FetchedMemory batched = fetched(Fetching.BATCHED, host::serve);
        for (FetchedMemory memory : new FetchedMemory[] {perField, cached, batched}) {
            for (int moment = 0; moment < 2; moment++) {
                memory.begin();
                for (int field = 0; field < 1000; field++) {
                    memory.readLong((field % 100) * 4096L + 8);
                }
            }
        }

        assertEquals(2000, perField.count().requests());
        assertEquals(200, cached.count().requests());
        assertEquals(102, batched.count().requests(), "100, then two batches");
        assertEquals(200, batched.count().pages());
        assertEquals(0, batched.count().unused());
        batched.begin();
        batched.begin();
        assertEquals(100, batched.count().unused());
    }

    @Test
    void readsAnewInEachMoment() {
        FetchedMemory memory = fetched(Fetching.CACHED, host::serve);
        memory.begin();
        memory.readByte(0);
        content[0]++;

        assertFalse(memory.readByte(0) == content[0]);
        memory.begin();
        assertEquals(content[0], memory.readByte(0));
    }

    @Test
    void refusesPagesThatWereChangedExchangedOrRepeated() {
        UnaryOperator<byte[]> flip = request -> {
            byte[] reply = host.serve(request);
            reply[100] ^= 1;
            return reply;
        };
        UnaryOperator<byte[]> other = request -> {
            byte[] changed = request.clone();
            changed[15] ^= 1;
            return host.serve(changed);
        };
        AtomicReference<byte[]> first = new AtomicReference<>();
        UnaryOperator<byte[]> replay = request -> {
            first.compareAndSet(null, host.serve(request));
            return first.get();
        };
        assertThrows(Refused.class, () -> fetched(Fetching.CACHED, flip).readByte(0));
        assertThrows(Refused.class, () -> fetched(Fetching.CACHED, other).readByte(0));
        assertThrows(Refused.class, () -> fetched(Fetching.CACHED, _ -> new byte[5]).readByte(0));
        FetchedMemory memory = fetched(Fetching.CACHED, replay);
        memory.begin();
        memory.readByte(0);
        memory.begin();
        Refused refused = assertThrows(Refused.class, () -> memory.readByte(0));

        assertEquals("the pages that came are not those that were asked for: frames [0] of moment 2",
                refused.getMessage());
    }

    @Test
    void sendsNoPageInTheClear() {
        Arrays.fill(content, (byte) 'k');
        byte[] reply = host.serve(ByteBuffer.allocate(16).putLong(1).putLong(3).array());
        int same = 0;
        for (byte b : reply) {
            same += b == 'k' ? 1 : 0;
        }

        assertEquals(12 + 4096 + 16, reply.length);
        assertEquals(true, same < 60, "a random page has 16 of them on average");
    }

    @Test
    void refusesRequestsThatAreNone() {
        assertThrows(Refused.class, () -> host.serve(new byte[8]));
        assertThrows(Refused.class, () -> host.serve(new byte[8 * 66]));
        assertThrows(Refused.class, () -> host.serve(new byte[17]));
        assertThrows(GuestFault.class, () -> host.serve(ByteBuffer.allocate(16).putLong(1).putLong(PAGES).array()));
        assertThrows(GuestFault.class, () -> fetched(Fetching.CACHED, host::serve).readLong(content.length - 4));
    }
}
