package org.kakuri.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.kakuri.api.tee.Capability;

class TablesTest {
    enum Colour {
        DARK_RED
    }

    record Row(String name, boolean inUse, Set<Capability> capabilities) {}

    record Sheet(String name, Optional<Colour> colour, Map<String, Long> limits, List<String> notes) {}

    @Test
    void alignsColumnsAndNamesThemByWords() {
        var rows = List.of(new Row("none", true, Set.of()), new Row("trustzone", false,
                Set.of(Capability.SEAL, Capability.ATTEST)));

        assertEquals("""
                NAME       IN USE  CAPABILITIES
                none       yes
                trustzone  no      attest, seal""", Tables.table(rows));
    }

    @Test
    void showsARecordAsASheet() {
        var limits = new TreeMap<>(Map.of("threads", 8L, "pages", 65536L));

        assertEquals("""
                name    tz
                colour  dark-red
                limits  pages    65536
                        threads  8
                notes   -""", Tables.sheet(new Sheet("tz", Optional.of(Colour.DARK_RED), limits, List.of())));
    }

    @Test
    void keepsTheOrderOfListsAndSortsSets() {
        record Both(List<String> steps, Set<String> names) {}

        assertEquals("""
                steps  quiesce, export, accept
                names  ada, bob, cyd""",
                Tables.sheet(new Both(List.of("quiesce", "export", "accept"), Set.of("cyd", "ada", "bob"))));
        assertEquals("""
                STEPS  NAMES
                b, a   c, d""", Tables.table(List.of(new Both(List.of("b", "a"), Set.of("d", "c")))));
    }

    @Test
    void aLongSetIsSortedToo() {
        record Many(Set<String> names) {}
        String tail = "-".repeat(50);

        assertEquals("names  a%1$s\n       b%1$s\n       c%1$s".formatted(tail),
                Tables.sheet(new Many(Set.of("c" + tail, "a" + tail, "b" + tail))));
    }
}
