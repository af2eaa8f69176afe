package io.rebalancer.persistence.sort;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Records in memory, sorted by their keys: one array of bytes, and the order of the records as an array of their numbers.
 *
 * <p>The sort is a quicksort of three parts by the words of the key, 8 bytes each: records with equal words are sorted by
 * their next word. The word that is compared is kept beside the number of its record, so most comparisons read one array in
 * sequence and no record.
 */
final class RecordBuffer {
    /** Bytes that a record needs in addition to its own: its number, and a word of its key. */
    static final int EXTRA_BYTES = Integer.BYTES + Long.BYTES;

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int INSERTION_SORT_MAX = 12;
    private static final int FIRST_RECORDS = 4096;

    private final RecordFormat format;
    private final int capacity;
    private byte[] records;
    private int[] order = new int[0];
    private long[] words = new long[0];
    private int size;
    /** State of a xorshift generator: no sequence of keys makes every pivot a bad one. */
    private long random = 0x9E3779B97F4A7C15L;

    /** @param memoryBytes the memory that may be used; at least one record is kept whatever its value is */
    RecordBuffer(RecordFormat format, long memoryBytes) {
        this.format = format;
        long fitting = memoryBytes / (format.recordBytes() + EXTRA_BYTES);
        this.capacity = (int) Math.max(1, Math.min(fitting, (Integer.MAX_VALUE - 64) / format.recordBytes()));
        this.records = new byte[Math.min(capacity, FIRST_RECORDS) * format.recordBytes()];
    }

    boolean isFull() {
        return size == capacity;
    }

    int size() {
        return size;
    }

    void add(byte[] source, int offset) {
        int at = size * format.recordBytes();
        if (at == records.length) {
            long larger = Math.min((long) capacity * format.recordBytes(), 2L * records.length);
            records = Arrays.copyOf(records, (int) larger);
        }
        System.arraycopy(source, offset, records, at, format.recordBytes());
        size++;
    }

    void clear() {
        size = 0;
    }

    /** Sorts the records; {@link #offset} then returns them in order. */
    void sort() {
        if (order.length < size) {
            order = new int[size];
            words = new long[size];
        }
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        sort(0, size, 0);
    }

    byte[] bytes() {
        return records;
    }

    /** Where in {@link #bytes} the record of that position in the order begins. */
    int offset(int position) {
        return order[position] * format.recordBytes();
    }

    /** Sorts the records of a part whose keys are equal before byte {@code keyOffset}. */
    private void sort(int from, int to, int keyOffset) {
        if (to - from < 2 || keyOffset >= format.keyBytes()) {
            return;
        }
        for (int i = from; i < to; i++) {
            words[i] = word(order[i], keyOffset);
        }
        sortByWords(from, to, keyOffset);
    }

    private long word(int record, int keyOffset) {
        int at = record * format.recordBytes() + keyOffset;
        int bytes = Math.min(Long.BYTES, format.keyBytes() - keyOffset);
        if (bytes == Long.BYTES) {
            // With the sign bit flipped, the signed order of words is the unsigned order of their bytes.
            return (long) WORD.get(records, at) ^ Long.MIN_VALUE;
        }
        long word = 0;
        for (int i = 0; i < bytes; i++) {
            word = word << Byte.SIZE | (records[at + i] & 0xFF);
        }
        return word;
    }

    /** The smaller outer part is sorted by a call and the larger one by the loop, so few calls are nested. */
    private void sortByWords(int first, int end, int keyOffset) {
        int from = first;
        int to = end;
        while (to - from > INSERTION_SORT_MAX) {
            long pivot = pivot(from, to);
            int less = from;
            int greater = to;
            int at = from;
            while (at < greater) {
                if (words[at] < pivot) {
                    swap(less++, at++);
                } else if (words[at] > pivot) {
                    swap(at, --greater);
                } else {
                    at++;
                }
            }
            if (less - from < to - greater) {
                sortByWords(from, less, keyOffset);
                sort(less, greater, keyOffset + Long.BYTES);
                from = greater;
            } else {
                sortByWords(greater, to, keyOffset);
                sort(less, greater, keyOffset + Long.BYTES);
                to = less;
            }
        }
        sortFew(from, to, keyOffset);
    }

    private long pivot(int from, int to) {
        long one = words[randomBetween(from, to)];
        long two = words[randomBetween(from, to)];
        long three = words[randomBetween(from, to)];
        return Math.max(Math.min(one, two), Math.min(Math.max(one, two), three));
    }

    private int randomBetween(int from, int to) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return from + (int) Math.floorMod(random, (long) (to - from));
    }

    private void sortFew(int from, int to, int keyOffset) {
        for (int i = from + 1; i < to; i++) {
            for (int j = i; j > from && isLess(j, j - 1, keyOffset); j--) {
                swap(j, j - 1);
            }
        }
    }

    private boolean isLess(int one, int other, int keyOffset) {
        if (words[one] != words[other]) {
            return words[one] < words[other];
        }
        int next = keyOffset + Long.BYTES;
        if (next >= format.keyBytes()) {
            return false;
        }
        int a = offset(one);
        int b = offset(other);
        return Arrays.compareUnsigned(
                        records, a + next, a + format.keyBytes(), records, b + next, b + format.keyBytes())
                < 0;
    }

    private void swap(int one, int other) {
        long word = words[one];
        words[one] = words[other];
        words[other] = word;
        int record = order[one];
        order[one] = order[other];
        order[other] = record;
    }
}
