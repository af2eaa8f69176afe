package io.rebalancer.manager.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MantaRecordTest {
    private static final RecordRef REF = new RecordRef(1, "/65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10/stor/a\"b\\c");
    private static final StorageNodeId LEAVING = new StorageNodeId("1.stor.example.com");
    private static final CopyLocation DESTINATION = new CopyLocation("dc3", new StorageNodeId("3.stor.example.com"));
    private static final String DOCUMENT = "{\"headers\":{\"m-x\":\"é\"},\"mtime\":1467394512345,"
            + "\"owner\":\"65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10\",\"ours\":{\"unknown\":[1.10,12345678901234567890]},"
            + "\"contentLength\":5,\"contentMD5\":\"XUFAKrxLKna5cZ2REBfFkg==\","
            + "\"objectId\":\"b2f8a9a0-3c1d-4f55-8b0e-6a7f0b1c2d3e\",\"sharks\":["
            + "{\"datacenter\":\"dc2\",\"manta_storage_id\":\"2.stor.example.com\"},"
            + "{\"datacenter\":\"dc1\",\"manta_storage_id\":\"1.stor.example.com\"}],\"type\":\"object\"}";

    @Test
    void aRecordIsParsed() throws BadMantaObject {
        MetadataRecord record = MantaRecord.parse(REF, "0A1B2C3D", DOCUMENT);
        assertThat(record.sizeBytes()).isEqualTo(5);
        assertThat(record.objectId()).hasToString("b2f8a9a0-3c1d-4f55-8b0e-6a7f0b1c2d3e");
        assertThat(record.copies()).extracting(CopyLocation::datacenter).containsExactly("dc2", "dc1");
        assertThat(record.names(LEAVING)).isTrue();
    }

    @Test
    void snakeCaseMembersAreRead() throws BadMantaObject {
        String snake = DOCUMENT.replace("contentLength", "content_length")
                .replace("contentMD5", "content_md5")
                .replace("objectId", "object_id");
        assertThat(MantaRecord.parse(REF, "0A1B2C3D", snake).sizeBytes()).isEqualTo(5);
    }

    @Test
    void movingACopyChangesOnlyItsEntry() throws BadMantaObject {
        MetadataRecord record = MantaRecord.parse(REF, "0A1B2C3D", DOCUMENT);
        assertThat(MantaRecord.withCopyMoved(record, LEAVING, DESTINATION))
                .isEqualTo(DOCUMENT.replace("\"dc1\"", "\"dc3\"").replace("1.stor", "3.stor"));
    }

    /** Spaces, escapes, half a surrogate pair, and members that occur twice: JSON that others may have written. */
    @Test
    void aChangeKeepsEachOtherCharacterOfTheDocument() throws BadMantaObject {
        String document = "{ \"sharks\": [],\n\"headers\":{\"m\":\"\\ud83d \\u0041\\/\",\"sharks\":[7]},"
                + " \"owner\":\"65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10\",\"contentLength\":5.0e0,\"contentLength\":5,"
                + "\"contentMD5\":\"XUFAKrxLKna5cZ2REBfFkg==\",\"objectId\":\"b2f8a9a0-3c1d-4f55-8b0e-6a7f0b1c2d3e\","
                + "\"sharks\" : [ {\"manta_storage_id\" : \"1\\u002estor.example.com\", \"x\":{\"datacenter\":1},"
                + "\"datacenter\":\"no\", \"datacenter\":\"dc1\" }, {\"datacenter\":\"dc2\",\"manta_storage_id\":"
                + "\"2.stor.example.com\"} ] } ";
        MetadataRecord record = MantaRecord.parse(REF, "0A1B2C3D", document);
        assertThat(MantaRecord.withCopyMoved(record, LEAVING, DESTINATION))
                .isEqualTo(document.replace("\"dc1\"", "\"dc3\"").replace("1\\u002estor", "3.stor"));
        assertThat(MantaRecord.withCopyAdded(record, DESTINATION))
                .isEqualTo(
                        document.replace(
                                "2.stor.example.com\"} ]",
                                "2.stor.example.com\"} ,{\"datacenter\":\"dc3\",\"manta_storage_id\":\"3.stor.example.com\"}]"));
    }

    @Test
    void theFirstCopyIsAddedToAnEmptyList() throws BadMantaObject {
        int list = DOCUMENT.indexOf("\"sharks\":[") + 10;
        String none = DOCUMENT.substring(0, list) + DOCUMENT.substring(DOCUMENT.indexOf(']', list));
        assertThat(MantaRecord.withCopyAdded(MantaRecord.parse(REF, "0A1B2C3D", none), DESTINATION))
                .contains("\"sharks\":[{\"datacenter\":\"dc3\",\"manta_storage_id\":\"3.stor.example.com\"}]");
    }

    /** A document of 100,000 characters is read in parts; the places in it are still right. */
    @Test
    void theListIsFoundInALongDocument() throws BadMantaObject {
        String document = DOCUMENT.replace("\"é\"", "\"" + "é日😀".repeat(25_000) + "\"");
        MetadataRecord record = MantaRecord.parse(REF, "0A1B2C3D", document);
        assertThat(MantaRecord.withCopyMoved(record, LEAVING, DESTINATION))
                .isEqualTo(document.replace("\"dc1\"", "\"dc3\"").replace("1.stor", "3.stor"));
    }

    @Test
    void aNodeThatIsListedTwiceIsNotReplaced() throws BadMantaObject {
        MetadataRecord twice = MantaRecord.parse(REF, "0A1B2C3D", DOCUMENT.replace("2.stor", "1.stor"));
        assertThatThrownBy(() -> MantaRecord.withCopyMoved(twice, LEAVING, DESTINATION))
                .isInstanceOf(BadMantaObject.class)
                .hasMessageContaining("listed 2 times");
    }

    @Test
    void aDestinationThatHoldsACopyIsRejected() throws BadMantaObject {
        MetadataRecord record = MantaRecord.parse(REF, "0A1B2C3D", DOCUMENT.replace("2.stor", "3.stor"));
        assertThatThrownBy(() -> MantaRecord.withCopyMoved(record, LEAVING, DESTINATION))
                .isInstanceOf(BadMantaObject.class)
                .hasMessageContaining("holds a copy already");
    }

    @Test
    void addingACopyChangesOnlyTheListOfCopies() throws BadMantaObject {
        MetadataRecord record = MantaRecord.parse(REF, "0A1B2C3D", DOCUMENT);
        String last = "\"manta_storage_id\":\"1.stor.example.com\"}";
        assertThat(MantaRecord.withCopyAdded(record, DESTINATION))
                .isEqualTo(DOCUMENT.replace(
                        last, last + ",{\"datacenter\":\"dc3\",\"manta_storage_id\":\"3.stor.example.com\"}"));
        MetadataRecord added = MantaRecord.parse(REF, "0A1B2C3D", DOCUMENT.replace("2.stor", "3.stor"));
        assertThatThrownBy(() -> MantaRecord.withCopyAdded(added, DESTINATION))
                .isInstanceOf(BadMantaObject.class)
                .hasMessageContaining("holds a copy already");
        MetadataRecord none = MantaRecord.parse(REF, "0A1B2C3D", DOCUMENT.replace("sharks", "others"));
        assertThatThrownBy(() -> MantaRecord.withCopyAdded(none, DESTINATION))
                .isInstanceOf(BadMantaObject.class)
                .hasMessageContaining("sharks is missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "'\"objectId\":' | '\"other\":' | objectId is missing",
                "'b2f8a9a0-3c1d-4f55-8b0e-6a7f0b1c2d3e' | '../../etc/passwd' | not a UUID",
                "'b2f8a9a0-3c1d-4f55-8b0e-6a7f0b1c2d3e' | '1-1-1-1-1' | not a UUID",
                "'\"contentLength\":5' | '\"contentLength\":-5' | contentLength",
                "'\"contentLength\":5' | '\"contentLength\":5.5' | contentLength",
                "'XUFAKrxLKna5cZ2REBfFkg==' | 'abc' | ''",
                "'1.stor.example.com' | 'http://evil/' | not a storage node id",
                "'\"type\":\"object\"}' | '\"type\":' | not JSON"
            })
    void theErrorNamesTheBadRecordAndItsFault(String good, String bad, String fault) {
        assertThatThrownBy(() -> MantaRecord.parse(REF, "0A1B2C3D", DOCUMENT.replace(good, bad)))
                .isInstanceOf(BadMantaObject.class)
                .hasMessageContaining(REF.key())
                .hasMessageContaining(fault);
    }
}
