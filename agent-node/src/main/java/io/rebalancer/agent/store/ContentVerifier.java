package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/** Compares the content of a file with an object's size and MD5. */
final class ContentVerifier {
    private static final int BUFFER_BYTES = 1 << 16;

    private ContentVerifier() {}

    /**
     * Whether a file of that name exists and has the right content. Reads the whole file if its size is right.
     *
     * @param sizeBytes length of the object, or {@link ObjectStore#UNKNOWN_SIZE}
     */
    static boolean matches(SafeDirectory directory, String name, long sizeBytes, ContentMd5 md5) throws IOException {
        Optional<FileChannel> file = directory.read(name);
        if (file.isEmpty()) {
            return false;
        }
        try (FileChannel channel = file.get()) {
            return matches(channel, sizeBytes, md5);
        }
    }

    /** Whether an open file has the right content. */
    static boolean matches(FileChannel channel, long sizeBytes, ContentMd5 md5) throws IOException {
        return (sizeBytes == ObjectStore.UNKNOWN_SIZE || channel.size() == sizeBytes)
                && MessageDigest.isEqual(digest(channel), md5.bytes());
    }

    /** The digest of a file, or empty if no regular file has that name. Reads the whole file. */
    static Optional<ContentMd5> md5(SafeDirectory directory, String name) throws IOException {
        Optional<FileChannel> file = directory.read(name);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (FileChannel channel = file.get()) {
            return Optional.of(new ContentMd5(Base64.getEncoder().encodeToString(digest(channel))));
        }
    }

    /** The digest of {@code bytes}. */
    static ContentMd5 md5(byte[] bytes) {
        return new ContentMd5(Base64.getEncoder().encodeToString(newDigest().digest(bytes)));
    }

    private static byte[] digest(FileChannel channel) throws IOException {
        MessageDigest digest = newDigest();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(BUFFER_BYTES, channel.size())));
        while (channel.read(buffer) >= 0) {
            digest.update(buffer.flip());
            buffer.clear();
        }
        return digest.digest();
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has MD5", e);
        }
    }
}
