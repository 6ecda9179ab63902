package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ManifestHeaderTest {

    @Test
    void readsPathsAttributesAndDirectives() {
        assertEquals(List.of(
                new ManifestHeader.Clause(List.of("a.b", "a.c"), Map.of("version", "[1.0,2)"), Map.of("uses", "x,y;z")),
                new ManifestHeader.Clause(List.of("d"), Map.of(), Map.of("resolution", "optional"))),
                ManifestHeader.parse("a.b;a.c;version=\"[1.0,2)\";uses:=\"x,y;z\", d;resolution:=optional"));
    }

    @Test
    void dropsTheTypeOfAnAttribute() {
        assertEquals(Map.of("objectClass", "a.A,b.B", "n", "3"),
                ManifestHeader.parse("osgi.service;objectClass:List<String>=\"a.A,b.B\";n:Long=3")
                        .getFirst()
                        .attributes());
    }

    @Test
    void keepsAFilterWhole() {
        String filter = "(&(osgi.extender=osgi.component)(version>=1.5.0)(!(version>=2.0.0)))";

        ManifestHeader.Clause clause = ManifestHeader.parse("osgi.extender;filter:=\"" + filter + "\"").getFirst();

        assertEquals(Map.of("filter", filter), clause.directives());
        assertTrue(clause.whenResolving());
        assertFalse(clause.optional());
    }

    @Test
    void tellsOptionalAndActiveRequirements() {
        ManifestHeader.Clause clause = ManifestHeader.parse("osgi.service;effective:=\"active\";resolution:=optional")
                .getFirst();

        assertFalse(clause.whenResolving());
        assertTrue(clause.optional());
    }

    @Test
    void readsAnEscapedQuoteAndAnAbsentHeader() {
        assertEquals(Map.of("a", "say \"hi\", there"),
                ManifestHeader.parse("p;a=\"say \\\"hi\\\", there\"").getFirst().attributes());
        assertEquals(List.of(), ManifestHeader.parse(null));
        assertEquals(List.of(), ManifestHeader.parse(" "));
    }
}
