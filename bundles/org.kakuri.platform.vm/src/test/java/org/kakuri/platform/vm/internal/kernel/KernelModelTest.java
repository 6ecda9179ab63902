package org.kakuri.platform.vm.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.vm.GuestMemory;
import org.kakuri.platform.vm.internal.synthetic.GuestWriter;
import org.kakuri.platform.vm.internal.synthetic.KernelWriter;
import org.kakuri.platform.vm.internal.synthetic.KernelWriter.Meaning;
import org.kakuri.platform.vm.internal.synthetic.KernelWriter.Order;
import org.kakuri.platform.vm.internal.synthetic.TypeWriter;

/** Kernels written by hand: every layout that is known, and what is said of others. */
@Timeout(60)
class KernelModelTest {
    static Stream<Arguments> layouts() {
        return Stream.of(Order.values())
                .flatMap(order -> Stream.of(Meaning.values()).map(meaning -> Arguments.of(order, meaning)));
    }

    private static byte[] types() {
        return new TypeWriter().structure("point: x=4 deep{y=8 {z=2 w=2}} flag=4:3 name=c16").section();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void readsSymbolsInEveryKnownLayout(Order order, Meaning meaning) {
        KernelModel model = KernelModel.read(new KernelWriter().symbol("here", 0x5678).file(types(), order, meaning));

        assertEquals("6.1.0-hand", model.release());
        assertEquals(KernelWriter.TEXT + 0x5678, model.symbol("here"));
        assertEquals(KernelWriter.TEXT + 0x1000 + 16 * 599, model.symbol("filler_599"));
        assertEquals(604, model.symbolCount());
        assertEquals("kernel 6.1.0-hand has no symbol there",
                assertThrows(Unsupported.class, () -> model.symbol("there")).getMessage());
    }

    @Test
    void namesStructureAndFieldThatAreMissing() {
        KernelModel model = KernelModel.read(new KernelWriter().file(types(), Order.FROM_6_4, Meaning.ABOVE));
        Struct point = Struct.of(model, "point");

        assertEquals(new Field(8, 8), point.field("deep.y"));
        assertEquals(new Field(24, 2), point.field("deep.w"), "through a structure without a name");
        assertEquals("kernel 6.1.0-hand: structure point has no field deep.v",
                assertThrows(Unsupported.class, () -> point.field("deep.v")).getMessage());
        assertEquals("kernel 6.1.0-hand: point.flag is no number: 4 bytes, 3 bits",
                assertThrows(Unsupported.class, () -> point.field("flag")).getMessage());
        assertEquals("kernel 6.1.0-hand: point.name is no number: 16 bytes, 0 bits",
                assertThrows(Unsupported.class, () -> point.field("name")).getMessage());
        assertEquals("kernel 6.1.0-hand has no structure line",
                assertThrows(Unsupported.class, () -> Struct.of(model, "line")).getMessage());
    }

    @Test
    void refusesDamagedImages() {
        byte[] file = new KernelWriter().file(types(), Order.TO_6_3, Meaning.BELOW);
        assertEquals("neither an ELF file nor a bzImage of 5 bytes",
                assertThrows(Refused.class, () -> KernelModel.read(new byte[5])).getMessage());
        Random random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            byte[] damaged = round % 2 == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
            for (int i = 0; i < 10 && damaged.length > 0; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                KernelModel.read(damaged);
            } catch (KakuriException e) {
                refused++;
                assertTrue(e.getMessage().length() > 10);
            }
        }
        assertTrue(refused > 200, "only %d of 400 were refused".formatted(refused));
    }

    @Test
    void findsTheKernelWhereThePageTableConfirmsIt() {
        GuestWriter guest = new GuestWriter();
        KernelPlace place = KernelFinder.find(guest.memory(), guest.model()).place();

        assertEquals(GuestWriter.PHYSICAL, place.textPhysical());
        assertEquals(GuestWriter.VIRTUAL, place.textVirtual());
        assertEquals(GuestWriter.DIRECT, place.pageOffset());
    }

    @Test
    void isNotTakenInByAVersionLineElsewhere() {
        GuestWriter guest = new GuestWriter();
        GuestMemory memory = guest.memory();
        byte[] line = new byte[64];
        memory.read(GuestWriter.PHYSICAL + 0x100040, line, 0, 64);
        for (int i = 0; i < 64; i += 8) {
            guest.put64(0x100040 + i, memory.readLong(GuestWriter.PHYSICAL + 0x100040 + i));
        }
        assertEquals(GuestWriter.PHYSICAL, KernelFinder.find(memory, guest.model()).place().textPhysical());

        guest.put64(GuestWriter.PHYSICAL + 0x400000 + 511 * 8, 0);
        assertEquals(
                "the memory does not hold kernel 6.1.0-hand: its version line was found 2 times, confirmed by no page table",
                assertThrows(Refused.class, () -> KernelFinder.find(memory, guest.model())).getMessage());
    }
}
