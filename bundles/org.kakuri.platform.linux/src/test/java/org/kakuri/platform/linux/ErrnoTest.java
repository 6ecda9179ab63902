package org.kakuri.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ErrnoTest {

    /** The C library's own table, strerrorname_np of glibc 2.32. */
    @SuppressWarnings("restricted")
    private static String nameInGlibc(int number) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle handle = linker.downcallHandle(linker.defaultLookup().find("strerrorname_np").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MemorySegment name = (MemorySegment) handle.invokeExact(number);
        return name.address() == 0 ? "errno" + number : name.reinterpret(64).getString(0);
    }

    @Test
    void namesAreThoseOfTheCLibrary() throws Throwable {
        int named = 0;
        for (int number = 1; number < 4096; number++) {
            String name = nameInGlibc(number);
            named += name.startsWith("E") ? 1 : 0;
            assertEquals(name.equals("ENOTSUP") ? "EOPNOTSUPP" : name, Errno.name(number));
        }
        assertEquals(named, Errno.count());
    }

    @Test
    void constantsHaveTheirNames() throws ReflectiveOperationException {
        for (java.lang.reflect.Field field : Errno.class.getFields()) {
            assertEquals(field.getInt(null), Errno.number(field.getName()));
            assertEquals(field.getName(), Errno.name(field.getInt(null)));
        }
        assertEquals(11, Errno.number("EWOULDBLOCK"));
        assertEquals(2, Errno.ENOENT);
        assertEquals(110, Errno.ETIMEDOUT);
    }

    @Test
    void unknownNamesAndNumbers() {
        assertEquals("errno41", Errno.name(41));
        assertEquals("errno-1", Errno.name(-1));
        assertEquals("unknown error name: name=ENOSUCH; expected one such as ENOENT",
                assertThrows(IllegalArgumentException.class, () -> Errno.number("ENOSUCH")).getMessage());
    }
}
