package io.rebalancer.agent.copy;

import java.util.concurrent.ConcurrentLinkedDeque;

/** Buffers of one size for the copies in progress. As many stay as copies ran at the same time. */
final class Buffers {
    private final int bytes;
    private final ConcurrentLinkedDeque<byte[]> free = new ConcurrentLinkedDeque<>();

    Buffers(int bytes) {
        this.bytes = bytes;
    }

    byte[] take() {
        byte[] buffer = free.pollFirst();
        return buffer == null ? new byte[bytes] : buffer;
    }

    void giveBack(byte[] buffer) {
        free.addFirst(buffer);
    }
}
