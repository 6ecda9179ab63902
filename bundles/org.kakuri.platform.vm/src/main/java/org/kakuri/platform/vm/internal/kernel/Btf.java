package org.kakuri.platform.vm.internal.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Refused;

/**
 * A kernel's type information (Linux, Documentation/bpf/btf.rst), as far as structures need it.
 */
public final class Btf {
    private static final int MAGIC = 0xeb9f;
    private static final int DEEPEST = 16;

    private static final int POINTER = 2;
    private static final int ARRAY = 3;
    private static final int STRUCT = 4;
    private static final int UNION = 5;
    private static final int ENUM = 6;
    private static final int INT = 1;
    private static final int ENUM64 = 19;

    private final ByteBuffer bytes;
    private final int strings;
    private final int[] types;
    private final int count;
    private final Map<String, Integer> structures = new HashMap<>();
    private final Map<String, Integer> enumerators = new HashMap<>();

    /**
     * A member.
     *
     * @param bits offset from the start of its structure
     * @param type id of its type
     * @param width bits, for bit fields; 0 otherwise
     */
    public record Member(int bits, int type, int width) {
        private Member inside(int offset) {
            return new Member(offset + bits, type, width);
        }

        /** Returns the offset in bytes. */
        public int offset() {
            return bits >>> 3;
        }
    }

    private Btf(byte[] content) {
        this.bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length < 24 || (bytes.getShort(0) & 0xffff) != MAGIC) {
            throw new Refused("the type information (BTF) lacks its magic number", "is it a kernel with BTF?");
        }
        int header = bytes.getInt(4);
        int start = header + bytes.getInt(8);
        int end = start + bytes.getInt(12);
        this.strings = header + bytes.getInt(16);
        int[] found = new int[1 << 16];
        int number = 1;
        for (int at = start; at < end; number++) {
            if (number == found.length) {
                found = Arrays.copyOf(found, number * 2);
            }
            found[number] = at;
            index(number, at);
            at += size(at);
        }
        this.types = found;
        this.count = number;
    }

    /**
     * Reads them.
     *
     * @throws Refused if they are damaged
     */
    public static Btf read(byte[] content) {
        try {
            return new Btf(content);
        } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new Refused("the type information (BTF) is damaged: " + e.getMessage(), "is the file complete?", e);
        }
    }

    private void index(int id, int at) {
        int kind = kind(at);
        if ((kind == STRUCT || kind == UNION) && members(at) > 0 && bytes.getInt(at) != 0) {
            structures.putIfAbsent(text(bytes.getInt(at)), id);
        }
        if (kind == ENUM) {
            for (int i = 0; i < members(at); i++) {
                enumerators.putIfAbsent(text(bytes.getInt(at + 12 + 8 * i)), bytes.getInt(at + 16 + 8 * i));
            }
        }
    }

    private int size(int at) {
        return 12 + switch (kind(at)) {
        case INT, 14, 17 -> 4;
        case ARRAY -> 12;
        case STRUCT, UNION, 15, ENUM64 -> members(at) * 12;
        case ENUM, 13 -> members(at) * 8;
        default -> 0;
        };
    }

    private int kind(int at) {
        return bytes.getInt(at + 4) >>> 24 & 31;
    }

    private int members(int at) {
        return bytes.getInt(at + 4) & 0xffff;
    }

    private String text(int offset) {
        int end = strings + offset;
        while (bytes.get(end) != 0) {
            end++;
        }
        return new String(bytes.array(), strings + offset, end - strings - offset, StandardCharsets.ISO_8859_1);
    }

    private boolean named(int offset, String name) {
        int at = strings + offset;
        for (int i = 0; i < name.length(); i++) {
            if (bytes.get(at + i) != name.charAt(i)) {
                return false;
            }
        }
        return bytes.get(at + name.length()) == 0;
    }

    /** Returns how many types there are. */
    public int count() {
        return count;
    }

    /** Returns the id of a structure or union. */
    public Optional<Integer> structure(String name) {
        return Optional.ofNullable(structures.get(name));
    }

    /** Returns the value of an enumerator. */
    public Optional<Integer> enumerator(String name) {
        return Optional.ofNullable(enumerators.get(name));
    }

    /** Returns a member, also of unnamed structures within. */
    public Optional<Member> member(int structure, String name) {
        return member(structure, name, 0);
    }

    private Optional<Member> member(int structure, String name, int depth) {
        int at = at(structure);
        boolean withWidths = bytes.getInt(at + 4) < 0;
        for (int i = 0; i < members(at) && depth < DEEPEST; i++) {
            int entry = at + 12 + 12 * i;
            int raw = bytes.getInt(entry + 8);
            Member member = new Member(withWidths ? raw & 0xffffff : raw, bytes.getInt(entry + 4),
                    withWidths ? raw >>> 24 : 0);
            if (named(bytes.getInt(entry), name)) {
                return Optional.of(member);
            }
            if (bytes.getInt(entry) == 0 && isStructure(member.type)) {
                Optional<Member> within = member(strip(member.type), name, depth + 1);
                if (within.isPresent()) {
                    return within.map(inner -> inner.inside(member.bits));
                }
            }
        }
        return Optional.empty();
    }

    private int at(int id) {
        if (id <= 0 || id >= count) {
            throw new Refused("the type information (BTF) names type %d of %d".formatted(id, count), "");
        }
        return types[id];
    }

    /** Returns a type without typedef, const, volatile, restrict and tags. */
    public int strip(int id) {
        int type = id;
        for (int i = 0; i < DEEPEST; i++) {
            switch (kind(at(type))) {
            case 8, 9, 10, 11, 18 -> type = bytes.getInt(at(type) + 8);
            default -> {
                return type;
            }
            }
        }
        return type;
    }

    /** Returns whether it is a structure or union. */
    public boolean isStructure(int id) {
        int kind = kind(at(strip(id)));
        return kind == STRUCT || kind == UNION;
    }

    /** Returns whether it is a pointer. */
    public boolean isPointer(int id) {
        return kind(at(strip(id))) == POINTER;
    }

    /** Returns the type of an array's elements. */
    public Optional<Integer> element(int id) {
        int at = at(strip(id));
        return kind(at) == ARRAY ? Optional.of(bytes.getInt(at + 12)) : Optional.empty();
    }

    /** Returns the number of an array's elements, 1 for anything else. */
    public int length(int id) {
        int at = at(strip(id));
        return kind(at) == ARRAY ? bytes.getInt(at + 20) : 1;
    }

    /** Returns the size of a type in bytes; 0 for void and functions. */
    public int bytes(int id) {
        int type = strip(id);
        int at = at(type);
        return switch (kind(at)) {
        case INT, STRUCT, UNION, ENUM, ENUM64 -> bytes.getInt(at + 8);
        case POINTER -> 8;
        case ARRAY -> {
            int element = bytes.getInt(at + 12);
            yield Math.multiplyExact(bytes.getInt(at + 20), element == id ? 0 : bytes(element));
        }
        default -> 0;
        };
    }

    /** Returns the name of a structure or union type; empty for others. */
    public String name(int id) {
        int at = at(strip(id));
        return kind(at) == STRUCT || kind(at) == UNION ? text(bytes.getInt(at)) : "";
    }
}
