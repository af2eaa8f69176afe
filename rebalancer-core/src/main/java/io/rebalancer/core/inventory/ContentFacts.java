package io.rebalancer.core.inventory;

import io.rebalancer.core.object.ContentMd5;
import java.util.Optional;

/**
 * The result of reading a file from its first to its last byte.
 *
 * @param sizeBytes number of bytes read
 * @param md5 digest of the content; empty if the file could not be read as a whole
 * @param fault why it could not be read, or empty text
 */
public record ContentFacts(CopyKey key, long sizeBytes, Optional<ContentMd5> md5, String fault) {}
