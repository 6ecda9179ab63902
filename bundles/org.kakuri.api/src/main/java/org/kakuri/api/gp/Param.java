package org.kakuri.api.gp;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A parameter of an {@link Operation}. What comes back from the application is found in the same object; not thread-safe
 * while its operation is under way.
 */
public sealed interface Param {
    /** The parameter that is none. */
    Param NONE = new None();

    /** Returns the type. */
    ParamType type();

    /** Not used. */
    record None() implements Param {
        @Override
        public ParamType type() {
            return ParamType.NONE;
        }
    }

    /** Two integers (TEEC_Value). */
    final class Value implements Param {
        private final ParamType type;
        private int a;
        private int b;

        /**
         * @param type one of the VALUE types
         * @param a first integer
         * @param b second integer
         */
        public Value(ParamType type, int a, int b) {
            this.type = type;
            this.a = a;
            this.b = b;
            if (type.value() < 1 || type.value() > 3) {
                throw new IllegalArgumentException("not the type of a value: " + type);
            }
        }

        @Override
        public ParamType type() {
            return type;
        }

        /** Returns the first integer. */
        public int a() {
            return a;
        }

        /** Returns the second integer. */
        public int b() {
            return b;
        }

        /** Sets both; called by the implementation when the operation completes. */
        public void set(int newA, int newB) {
            a = newA;
            b = newB;
        }
    }

    /** Memory. */
    sealed interface Memory extends Param {
        /**
         * Returns the size in bytes: before the operation what is offered, afterwards what the application set, which may be
         * more than was offered with {@link ResultCode#SHORT_BUFFER}.
         */
        long size();

        /** Sets the size; called by the implementation when the operation completes. */
        void size(long bytes);
    }

    /** Memory of the client that is shared for the operation only (TEEC_TempMemoryReference). */
    final class TempMemory implements Memory {
        private final ParamType type;
        private final MemorySegment buffer;
        private long size;

        /**
         * @param type one of the MEMREF_TEMP types
         * @param buffer the memory; {@link MemorySegment#NULL} asks for the size needed
         */
        public TempMemory(ParamType type, MemorySegment buffer) {
            this.type = type;
            this.buffer = Objects.requireNonNull(buffer);
            this.size = buffer.byteSize();
            if (type.value() < 5 || type.value() > 7) {
                throw new IllegalArgumentException("not the type of temporary memory: " + type);
            }
        }

        @Override
        public ParamType type() {
            return type;
        }

        /** Returns the memory. */
        public MemorySegment buffer() {
            return buffer;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void size(long bytes) {
            size = bytes;
        }
    }

    /** Memory of a block that is shared already (TEEC_RegisteredMemoryReference). */
    final class BlockMemory implements Memory {
        private final ParamType type;
        private final SharedBlock parent;
        private final long offset;
        private long size;

        /**
         * @param type one of the MEMREF_PARTIAL types
         * @param parent the block
         * @param offset where the part starts in it
         * @param size its length in bytes
         */
        public BlockMemory(ParamType type, SharedBlock parent, long offset, long size) {
            this.type = type;
            this.parent = Objects.requireNonNull(parent);
            this.offset = offset;
            this.size = size;
            if (type.value() < ParamType.MEMREF_WHOLE.value()) {
                throw new IllegalArgumentException("not the type of registered memory: " + type);
            }
        }

        /** The whole block, in the directions it is for. */
        public BlockMemory(SharedBlock parent) {
            this(ParamType.MEMREF_WHOLE, parent, 0, parent.bytes());
        }

        @Override
        public ParamType type() {
            return type;
        }

        /** Returns the block. */
        public SharedBlock parent() {
            return parent;
        }

        /** Returns where the memory starts in the block. */
        public long offset() {
            return offset;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void size(long bytes) {
            size = bytes;
        }
    }
}
