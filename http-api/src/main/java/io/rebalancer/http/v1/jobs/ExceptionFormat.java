package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.text.StableWord;
import io.rebalancer.http.server.Json;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.MediaTypes;

/** How exceptions are written to a file. */
enum ExceptionFormat {
    /** One JSON object in each line, as in the list of exceptions. */
    JSONL(ContentTypes.create(MediaTypes.applicationWithFixedCharset("x-ndjson", HttpCharsets.UTF_8)), "") {
        @Override
        String line(ExceptionView view) {
            return Json.write(view) + "\n";
        }
    },
    /** RFC 4180, with a line of names; every value is quoted. */
    CSV(
            ContentTypes.create(MediaTypes.TEXT_CSV, HttpCharsets.UTF_8),
            "shard,key,kind,reason,retryClass,detail,pass,attempts,storageNode,assignmentId,firstAt,lastAt\r\n") {
        @Override
        String line(ExceptionView view) {
            return Stream.of(
                                    view.shard(),
                                    view.key(),
                                    view.kind(),
                                    view.reason(),
                                    view.retryClass(),
                                    view.detail(),
                                    view.pass(),
                                    view.attempts().map(Object::toString).orElse(""),
                                    view.storageNode().orElse(""),
                                    view.assignmentId().map(Object::toString).orElse(""),
                                    view.firstAt().map(Object::toString).orElse(""),
                                    view.lastAt().map(Object::toString).orElse(""))
                            .map(value -> '"' + value.toString().replace("\"", "\"\"") + '"')
                            .collect(Collectors.joining(","))
                    + "\r\n";
        }
    };

    private final ContentType contentType;
    private final String header;

    ExceptionFormat(ContentType contentType, String header) {
        this.contentType = contentType;
        this.header = header;
    }

    /** The format with this word; empty if there is none. */
    static Optional<ExceptionFormat> parse(String word) {
        return Arrays.stream(values())
                .filter(each -> StableWord.of(each).equals(word))
                .findFirst();
    }

    ContentType contentType() {
        return contentType;
    }

    /** What comes before the first exception; may be empty. */
    String header() {
        return header;
    }

    /** One exception, with the end of its line. */
    abstract String line(ExceptionView view);
}
