package org.kakuri.platform.vm.internal.synthetic;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes type information (BTF) by hand. A structure is {@code name: field=4 other=8 text=c16 inner{x=8} many=other*3}: numbers are
 * integers of so many bytes, {@code cN} is an array of N bytes, {@code name*N} an array of structures written before, {@code :3}
 * behind a number makes a bit field.
 */
public final class TypeWriter {
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final List<byte[]> types = new ArrayList<>();
    private final Map<Integer, Integer> sizes = new HashMap<>();
    private final Map<String, Integer> names = new HashMap<>();
    private final Map<String, Integer> offsets = new HashMap<>();
    private final Map<Integer, Integer> integers = new HashMap<>();
    private int at;
    private String text;

    /** Begins with an empty string and no type. */
    public TypeWriter() {
        strings.write(0);
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private int string(String value) {
        int offset = strings.size();
        strings.writeBytes((value + '\0').getBytes(StandardCharsets.US_ASCII));
        return offset;
    }

    private int add(byte[] type, int size) {
        types.add(type);
        sizes.put(types.size(), size);
        return types.size();
    }

    private int integer(int size) {
        return integers.computeIfAbsent(size, n -> add(
                bytes(16).putInt(string("u" + 8 * n)).putInt(1 << 24).putInt(n).putInt(8 * n).array(), n));
    }

    private int array(int element, int count) {
        int index = integer(4);
        return add(bytes(24).putInt(0).putInt(3 << 24).putInt(0).putInt(element).putInt(index).putInt(count).array(),
                sizes.get(element) * count);
    }

    /** Writes a structure. */
    public TypeWriter structure(String definition) {
        int colon = definition.indexOf(':');
        String name = definition.substring(0, colon);
        text = definition.substring(colon + 1).strip();
        at = 0;
        names.put(name, members(name, name + "."));
        return this;
    }

    private record Member(String name, int type, int bits, int width) {}

    private int members(String name, String path) {
        List<Member> members = new ArrayList<>();
        int size = 0;
        while (at < text.length() && text.charAt(at) != '}') {
            int end = at;
            while (text.charAt(end) != '=' && text.charAt(end) != '{') {
                end++;
            }
            String field = text.substring(at, end);
            boolean nested = text.charAt(end) == '{';
            at = end + 1;
            int offset = size;
            int type = nested ? nested(path + field + ".", offset) : type(word());
            int width = 0;
            if (at < text.length() && text.charAt(at) == ':') {
                at++;
                width = Integer.parseInt(word());
            }
            offsets.put(path + field, offset);
            members.add(new Member(field, type, offset * 8, width));
            size = offset + (sizes.get(type) + 7) / 8 * 8;
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }
        return write(name, members, size);
    }

    private int nested(String path, int base) {
        int type = members("", path);
        at++;
        offsets.replaceAll((name, offset) -> name.startsWith(path) ? offset + base : offset);
        return type;
    }

    private int write(String name, List<Member> members, int size) {
        boolean widths = members.stream().anyMatch(member -> member.width > 0);
        ByteBuffer out = bytes(12 + 12 * members.size());
        out.putInt(name.isEmpty() ? 0 : string(name))
                .putInt((widths ? 1 << 31 : 0) | 4 << 24 | members.size())
                .putInt(
                        size);
        for (Member member : members) {
            out.putInt(member.name.isEmpty() ? 0 : string(member.name))
                    .putInt(member.type)
                    .putInt(
                            member.bits | member.width << 24);
        }
        return add(out.array(), size);
    }

    private String word() {
        int start = at;
        while (at < text.length() && " }:".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    private int type(String word) {
        if (word.startsWith("c") && Character.isDigit(word.charAt(1))) {
            return array(integer(1), Integer.parseInt(word.substring(1)));
        }
        int star = word.indexOf('*');
        return star > 0 ? array(names.get(word.substring(0, star)), Integer.parseInt(word.substring(star + 1)))
                : integer(Integer.parseInt(word));
    }

    /** Returns where a field lies: {@code structure.field.inner}. */
    public int offset(String path) {
        return offsets.get(path);
    }

    /** Returns the section .BTF. */
    public byte[] section() {
        int length = types.stream().mapToInt(type -> type.length).sum();
        ByteBuffer out = bytes(24 + length + strings.size());
        out.putShort((short) 0xeb9f)
                .put((byte) 1)
                .put((byte) 0)
                .putInt(24)
                .putInt(0)
                .putInt(length)
                .putInt(length)
                .putInt(strings.size());
        types.forEach(out::put);
        return out.put(strings.toByteArray()).array();
    }
}
