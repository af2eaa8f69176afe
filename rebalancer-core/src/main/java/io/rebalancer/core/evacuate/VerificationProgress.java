package io.rebalancer.core.evacuate;

/**
 * How far a verification that runs now has come. Not stored: a verification that stops begins again from the start.
 *
 * @param shards number of metadata shards
 * @param verified shards that are read completely
 * @param rowsRead rows read so far
 * @param rowsNaming records found so far that still name the storage node
 */
public record VerificationProgress(int shards, int verified, long rowsRead, long rowsNaming) {}
