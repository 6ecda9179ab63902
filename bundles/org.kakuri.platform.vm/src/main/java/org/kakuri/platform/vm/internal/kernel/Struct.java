package org.kakuri.platform.vm.internal.kernel;

import org.kakuri.api.Unsupported;

/** A structure of the kernel with its fields, by the kernel's own type information. */
public final class Struct {
    private final KernelModel model;
    private final String name;
    private final int type;

    private Struct(KernelModel model, String name, int type) {
        this.model = model;
        this.name = name;
        this.type = type;
    }

    /**
     * Returns a structure.
     *
     * @throws Unsupported if the kernel has none of that name
     */
    public static Struct of(KernelModel model, String name) {
        return model.btf()
                .structure(name)
                .map(type -> new Struct(model, name, type))
                .orElseThrow(() -> new Unsupported(
                        "kernel %s has no structure %s".formatted(model.release(), name),
                        "this part of its layout is not known here"));
    }

    /** Returns whether the kernel has a structure of that name. */
    public static boolean exists(KernelModel model, String name) {
        return model.btf().structure(name).isPresent();
    }

    /** Returns its size in bytes. */
    public int size() {
        return model.btf().bytes(type);
    }

    /** Returns whether it has a field. */
    public boolean has(String path) {
        return walk(path) != null;
    }

    /**
     * Returns a field that is a number, a pointer, or a structure of one (atomic_t, kuid_t).
     *
     * @param path names joined by dots
     * @throws Unsupported if there is none, or it is no number
     */
    public Field field(String path) {
        Btf.Member member = member(path);
        int width = model.btf().bytes(member.type());
        if (member.width() != 0 || width != 1 && width != 2 && width != 4 && width != 8) {
            throw new Unsupported("kernel %s: %s.%s is no number: %d bytes, %d bits".formatted(model.release(), name,
                    path, width, member.width()), "this layout is not known here");
        }
        return new Field(member.offset(), width);
    }

    /**
     * Returns where a field lies, whatever it is.
     *
     * @throws Unsupported if there is none
     */
    public int offset(String path) {
        return member(path).offset();
    }

    /** Returns the size of a field in bytes. */
    public int bytes(String path) {
        return model.btf().bytes(member(path).type());
    }

    /** Returns the number of elements of a field that is an array, otherwise 1. */
    public int length(String path) {
        return model.btf().length(member(path).type());
    }

    /** Returns whether a field is a structure or an array of them; a pointer is not. */
    public boolean elementIsStructure(String path) {
        Btf btf = model.btf();
        int of = member(path).type();
        return btf.isStructure(btf.element(of).orElse(of));
    }

    /** Returns the name of the structure that a field, or each element of it, is. */
    public String typeName(String path) {
        Btf btf = model.btf();
        int of = member(path).type();
        return btf.name(btf.element(of).orElse(of));
    }

    private Btf.Member member(String path) {
        Btf.Member member = walk(path);
        if (member == null) {
            throw new Unsupported("kernel %s: structure %s has no field %s".formatted(model.release(), name, path),
                    "this layout is not known here");
        }
        return member;
    }

    private Btf.Member walk(String path) {
        Btf btf = model.btf();
        int of = type;
        int bits = 0;
        Btf.Member member = null;
        for (String part : path.split("\\.")) {
            if (!btf.isStructure(of)) {
                return null;
            }
            member = btf.member(btf.strip(of), part).orElse(null);
            if (member == null) {
                return null;
            }
            bits += member.bits();
            of = member.type();
        }
        return member == null ? null : new Btf.Member(bits, member.type(), member.width());
    }
}
