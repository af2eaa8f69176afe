package io.rebalancer.core.inventory;

import io.rebalancer.core.object.ContentMd5;
import java.util.Optional;

/**
 * The result of reading a file from its first to its last byte, or how far that is.
 *
 * @param sizeBytes number of bytes read
 * @param md5 digest of the content; empty if the file could not be read as a whole, or is not read to its end yet
 * @param fault why it could not be read, or empty text
 */
public record ContentFacts(CopyKey key, long sizeBytes, Optional<ContentMd5> md5, String fault) {

    /** A file whose read is continued by the next request. */
    public static ContentFacts inProgress(CopyKey key, long bytesSoFar) {
        return new ContentFacts(key, bytesSoFar, Optional.empty(), "");
    }

    /** Whether the file is read to its end, or can't be read. */
    public boolean ended() {
        return md5.isPresent() || !fault.isEmpty();
    }
}
