package org.kakuri.tee.model.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.kakuri.api.Nearest;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Range;

/** Which addresses of which zone are taken. Guarded by the lock of its {@link PhysicalSpace}. */
final class ZoneMap {
    private final List<Zone> zones = new ArrayList<>();
    private final TreeMap<Long, Range> taken = new TreeMap<>();

    void define(Zone zone) {
        if (zones.contains(zone)) {
            return;
        }
        for (Zone other : zones) {
            boolean inside = other.range().contains(zone.range());
            if (other.name().equals(zone.name()) || other.range().overlaps(zone.range()) && !inside) {
                throw new WrongState("zone collides: zone=" + zone + ", with=" + other,
                        "zones are disjoint, or one lies inside the other and is defined after it");
            }
        }
        Range used = firstOverlap(zone.range());
        if (used != null) {
            throw new WrongState("zone holds memory in use: zone=" + zone + ", in use=" + used,
                    "carve zones out before instances are created");
        }
        zones.add(zone);
    }

    List<Zone> zones() {
        return List.copyOf(zones);
    }

    Zone zone(String name) {
        return zones.stream()
                .filter(zone -> zone.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Nearest.unknown("zone", name, zones.stream().map(Zone::name).toList()));
    }

    /** Takes the lowest free addresses of the zone. */
    Range take(String name, long bytes) {
        Zone zone = zone(name);
        long at = zone.range().start();
        while (bytes <= zone.range().end() - at) {
            Range candidate = new Range(at, bytes);
            Range obstacle = obstacle(zone, candidate);
            if (obstacle == null) {
                taken.put(at, candidate);
                return candidate;
            }
            at = obstacle.end();
        }
        throw new Unsupported("no room in physical memory: zone=" + name + ", bytes=" + bytes + ", free=" + free(zone),
                "close instances or ask for less");
    }

    /** Takes given addresses, which need not lie in a zone. */
    Range takeAt(Range range) {
        Range used = firstOverlap(range);
        if (used != null) {
            throw new WrongState("physical memory is in use: range=" + range + ", in use=" + used, "");
        }
        taken.put(range.start(), range);
        return range;
    }

    void give(Range range) {
        taken.remove(range.start(), range);
    }

    long free(Zone zone) {
        long free = zone.range().bytes();
        for (Zone inner : inner(zone)) {
            free -= inner.range().bytes();
        }
        for (Range range : taken.values()) {
            boolean within = zone.range().contains(range)
                    && inner(zone).stream().noneMatch(inner -> inner.range().contains(range));
            free -= within ? range.bytes() : 0;
        }
        return free;
    }

    private Range obstacle(Zone zone, Range candidate) {
        Range used = firstOverlap(candidate);
        if (used != null) {
            return used;
        }
        return inner(zone).stream().map(Zone::range).filter(candidate::overlaps).findFirst().orElse(null);
    }

    /** Zones carved out of that zone directly; what is carved out of those lies inside them. */
    private List<Zone> inner(Zone zone) {
        List<Zone> inside = zones.stream()
                .filter(other -> !other.equals(zone) && zone.range().contains(other.range()))
                .toList();
        return inside.stream()
                .filter(one -> inside.stream()
                        .noneMatch(other -> !other.equals(one) && other.range().contains(one.range())))
                .toList();
    }

    private Range firstOverlap(Range range) {
        var before = taken.lowerEntry(range.start());
        if (before != null && before.getValue().overlaps(range)) {
            return before.getValue();
        }
        var after = taken.ceilingEntry(range.start());
        return after != null && after.getValue().overlaps(range) ? after.getValue() : null;
    }
}
