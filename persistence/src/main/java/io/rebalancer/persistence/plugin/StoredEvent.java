package io.rebalancer.persistence.plugin;

import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The envelope of an event in the log, with the payload still encoded.
 *
 * <pre>
 * version 2 · writer uuid · event manifest · timestamp · tags · metadata? · payload
 * metadata and payload: serializer id · serializer manifest · length · bytes
 * </pre>
 *
 * @param rest reads the metadata flag and everything after it
 */
record StoredEvent(String writerUuid, String manifest, long timestamp, List<String> tags, ByteReader rest) {
    static final int VERSION = 2;

    /** @throws IOException if the envelope has another version, or ends too early */
    static StoredEvent read(String persistenceId, long sequenceNr, byte[] bytes) throws IOException {
        ByteReader reader = new ByteReader(ByteBuffer.wrap(bytes));
        int version = reader.version();
        if (version != VERSION) {
            throw new NotSerializableException("event " + sequenceNr + " of " + persistenceId + " has envelope version "
                    + version + ", and this version reads only " + VERSION);
        }
        String writerUuid = reader.text();
        String manifest = reader.text();
        long timestamp = reader.longNumber();
        List<String> tags = new ArrayList<>();
        for (int left = reader.number(); left > 0; left--) {
            tags.add(reader.text());
        }
        return new StoredEvent(writerUuid, manifest, timestamp, tags, reader);
    }
}
