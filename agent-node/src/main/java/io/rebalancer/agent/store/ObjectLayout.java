package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.UUID;

/**
 * The paths below an object root.
 *
 * <pre>
 * root/OWNER/OBJECT                                  object of the v1 layout: complete, verified and durable
 * root/v2/OWNER/BUCKET/PP/OBJECT,NAMEHASH            object of the v2 layout
 * root/.rebalancer/incoming/[0-f]/OWNER.OBJECT.MD5.part      object being written; removed at start, unless
 *                                                            it has a checkpoint
 * root/.rebalancer/incoming/[0-f]/OWNER.OBJECT.MD5.part.checkpoint   see Checkpoint
 * root/.rebalancer/quarantine/ID.data                a file that lost its object's name
 * root/.rebalancer/quarantine/ID.properties          the object, and why the file lost its name
 * root/.rebalancer/identity                          NodeSentinel: which node's root this is
 * root/.rebalancer/run-token                         RunFence: the tokens of reconciliation runs
 * root/.rebalancer/lock                              locked by the agent that uses this root
 * </pre>
 *
 * Names in {@code incoming} contain the object's whole path below the root, with dots instead of slashes:
 * {@code v2.OWNER.BUCKET.PP.OBJECT,NAMEHASH.RANDOM} in the v2 layout. Earlier builds gave such names to the files in
 * {@code quarantine}.
 */
record ObjectLayout(Path root) {
    static final String AGENT_DIRECTORY = ".rebalancer";
    static final String INCOMING = "incoming";
    static final String QUARANTINE = "quarantine";
    static final String LOCK = "lock";
    static final String RUN_TOKEN = "run-token";

    Path agentDirectory() {
        return root.resolve(AGENT_DIRECTORY);
    }

    Path incoming() {
        return agentDirectory().resolve(INCOMING);
    }

    Path quarantine() {
        return agentDirectory().resolve(QUARANTINE);
    }

    Path lock() {
        return agentDirectory().resolve(LOCK);
    }

    /** The object's file. */
    Path file(ObjectKey key) {
        return root.resolve(key.relativePath());
    }

    /** The name of the temporary file for the object with that content; the same in each process. */
    static String partName(ObjectKey key, ContentMd5 md5) {
        return dottedPath(key) + "." + HexFormat.of().formatHex(md5.bytes()) + ".part";
    }

    /** A new name of a temporary file for the object. */
    static String randomPartName(ObjectKey key) {
        return uniqueName(key) + ".part";
    }

    /** The directory of the object's file, relative to the root. */
    static String directoryName(ObjectKey key) {
        String path = key.relativePath();
        return path.substring(0, path.lastIndexOf('/'));
    }

    /** The name of the object's file in its directory. */
    static String fileName(ObjectKey key) {
        String path = key.relativePath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** A name in a directory that holds files of many objects. It contains the object's path; no id contains a dot. */
    static String uniqueName(ObjectKey key) {
        return dottedPath(key) + "." + UUID.randomUUID();
    }

    private static String dottedPath(ObjectKey key) {
        return key.relativePath().replace('/', '.');
    }
}
