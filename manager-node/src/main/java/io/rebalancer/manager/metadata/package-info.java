/** Manta's metadata records and shards: scans, reads, and conditional updates that preserve every member. */
@NullMarked
package io.rebalancer.manager.metadata;

import org.jspecify.annotations.NullMarked;
