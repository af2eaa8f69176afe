package io.rebalancer.persistence.plugin;

import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands in the log of one event, before its payload is made sense of.
 *
 * <pre>
 * version 2 · writer uuid · event manifest · timestamp · tags · metadata? · payload
 * metadata and payload: serializer id · serializer manifest · length · bytes
 * </pre>
 *
 * @param rest the flag of the metadata and what follows it
 */
record StoredEvent(String writerUuid, String manifest, long timestamp, List<String> tags, ByteReader rest) {
    static final int VERSION = 2;

    /** @throws IOException if the bytes are none of this version */
    static StoredEvent read(String persistenceId, long sequenceNr, byte[] bytes) throws IOException {
        ByteReader in = new ByteReader(ByteBuffer.wrap(bytes));
        int version = in.version();
        if (version != VERSION) {
            throw new NotSerializableException("event " + sequenceNr + " of " + persistenceId + " has envelope version "
                    + version + "; this version knows " + VERSION);
        }
        String writerUuid = in.text();
        String manifest = in.text();
        long timestamp = in.longNumber();
        List<String> tags = new ArrayList<>();
        for (int left = in.number(); left > 0; left--) {
            tags.add(in.text());
        }
        return new StoredEvent(writerUuid, manifest, timestamp, tags, in);
    }
}
