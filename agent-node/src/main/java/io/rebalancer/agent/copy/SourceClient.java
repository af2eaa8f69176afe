package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectRejected;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.settings.AgentSettings.SourceSettings;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.util.Timeout;

/**
 * Downloads an object from one source with one GET. Blocking, on the thread of the copy: a copy reads only as fast as it
 * writes, and only the time in which it waits for the source counts as the source's silence. It follows no redirect, uses
 * no proxy, and never writes more bytes than the order declares.
 */
final class SourceClient implements AutoCloseable {
    private static final Duration MAX_DOWNLOAD_TIMEOUT = Duration.ofDays(7);
    private static final int BUFFER_BYTES = 128 << 10;

    private final SourceSettings settings;
    private final CopyLimiter limiter;
    private final SourceConnections connections;
    private final HttpRequestExecutor executor = new HttpRequestExecutor();
    private final Buffers buffers = new Buffers(BUFFER_BYTES);

    SourceClient(SourceSettings settings, CopyLimiter limiter) {
        this.settings = settings;
        this.limiter = limiter;
        this.connections = new SourceConnections(Timeout.of(settings.idleTimeout()));
    }

    /**
     * Downloads the bytes that {@code object} is missing.
     *
     * @param object keeps the bytes that arrived, even if the download fails
     * @param sameSource whether the bytes that arrived before come from this source. Another source has the same object
     *     under another entity tag.
     * @throws CopyFailure if the source is the cause
     * @throws IOException if the disk is the cause
     * @throws ObjectRejected if the source sends too many bytes
     */
    void download(
            SourceNode source, CopyOrder order, IncomingObject object, boolean sameSource, Interruption interruption)
            throws IOException, ObjectRejected, InterruptedException {
        ClassicHttpRequest request = request(source, order);
        if (object.writtenBytes() > 0) {
            request.setHeader(HttpHeaders.RANGE, "bytes=" + object.writtenBytes() + "-");
            if (sameSource) {
                object.entityTag().ifPresent(tag -> request.setHeader(HttpHeaders.IF_RANGE, tag));
            }
        }
        Exchange exchange = send(source, request, interruption);
        boolean ended = false;
        try {
            receive(source, order, object, exchange.response(), interruption);
            ended = true;
        } finally {
            end(request, exchange, ended);
        }
    }

    private static ClassicHttpRequest request(SourceNode source, CopyOrder order) {
        ClassicHttpRequest request = new BasicClassicHttpRequest(
                Method.GET, source.host(), source.path() + "/" + order.key().relativePath());
        request.setHeader(HttpHeaders.HOST, source.host().toHostString());
        return request;
    }

    /** A request that was sent, and its response, whose body is not read yet. */
    private record Exchange(SourceConnections.Lease lease, ClassicHttpResponse response, HttpCoreContext context) {}

    private Exchange send(SourceNode source, ClassicHttpRequest request, Interruption interruption)
            throws InterruptedException {
        try {
            try {
                return exchange(source, request, interruption);
            } catch (NoHttpResponseException e) {
                // The source closed an idle connection at the moment of the request.
                return exchange(source, request, interruption);
            }
        } catch (IOException | HttpException e) {
            throw new CopyFailure(
                    Reason.SOURCE_OTHER_ERROR,
                    e instanceof SocketTimeoutException
                            ? "no response within " + settings.idleTimeout() + " (" + e.getMessage() + ")"
                            : OneLine.of(e));
        }
    }

    private Exchange exchange(SourceNode source, ClassicHttpRequest request, Interruption interruption)
            throws IOException, HttpException, InterruptedException {
        SourceConnections.Lease lease = connections.lease(source.host(), interruption);
        boolean answered = false;
        try {
            HttpCoreContext context = HttpCoreContext.create();
            ClassicHttpResponse response = executor.execute(request, lease.connection(), context);
            answered = true;
            return new Exchange(lease, response, context);
        } finally {
            if (!answered) {
                lease.discard();
            }
        }
    }

    /**
     * Ends an exchange. Reading the rest of a body that is not needed would use the network beside all limits, and a slow
     * source could send it for hours. So the connection is closed, unless the whole body has arrived with the head.
     */
    private static void end(ClassicHttpRequest request, Exchange exchange, boolean bodyWasRead) {
        ClassicHttpResponse response = exchange.response();
        HttpEntity entity = response.getEntity();
        if ((bodyWasRead || entity == null || wasSkipped(entity))
                && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, response, exchange.context())) {
            exchange.lease().keep();
        } else {
            exchange.lease().discard();
        }
    }

    /** Whether the rest of the body has arrived, so that it could be skipped without waiting. */
    private static boolean wasSkipped(HttpEntity entity) {
        try {
            if (entity.getContentLength() < 0 || entity.getContent().available() < entity.getContentLength()) {
                return false;
            }
            EntityUtils.consume(entity);
            return true;
        } catch (IOException e) {
            // The connection is broken.
            return false;
        }
    }

    private void receive(
            SourceNode source,
            CopyOrder order,
            IncomingObject object,
            ClassicHttpResponse response,
            Interruption interruption)
            throws IOException, ObjectRejected, InterruptedException {
        int status = response.getCode();
        long missing = object.writtenBytes();
        boolean continues = status == HttpStatus.SC_PARTIAL_CONTENT
                && missing > 0
                && ContentRange.of(response).continues(missing, object.declaredBytes());
        if (!continues && status != HttpStatus.SC_OK) {
            Reason reason =
                    status == HttpStatus.SC_NOT_FOUND ? Reason.SOURCE_OBJECT_NOT_FOUND : Reason.HTTP_STATUS_CODE;
            throw new CopyFailure(reason, status, "answered " + status);
        }
        HttpEntity entity = response.getEntity();
        OptionalLong length = entity == null || entity.getContentLength() < 0
                ? OptionalLong.empty()
                : OptionalLong.of(entity.getContentLength());
        if (!continues) {
            requireLength(order, length);
            if (missing > 0) {
                object.restart();
            }
            object.setSource(
                    length,
                    Optional.ofNullable(response.getFirstHeader(HttpHeaders.ETAG))
                            .map(Header::getValue));
        }
        if (entity != null) {
            read(source, object, entity, interruption);
        }
    }

    private static void requireLength(CopyOrder order, OptionalLong length) {
        if (order.sizeBytes() != ObjectStore.UNKNOWN_SIZE
                && length.isPresent()
                && length.getAsLong() != order.sizeBytes()) {
            throw new CopyFailure(
                    Reason.MD5_MISMATCH, "declares " + length.getAsLong() + " bytes, not " + order.sizeBytes());
        }
    }

    private void read(SourceNode source, IncomingObject object, HttpEntity entity, Interruption interruption)
            throws IOException, ObjectRejected, InterruptedException {
        long allowedNanos = downloadTimeout(object.declaredBytes()).toNanos();
        long waitedNanos = 0;
        byte[] buffer = buffers.take();
        // Not closed here: close() would read the rest of a body that is not needed. The end of the response closes it.
        InputStream content = open(entity);
        try {
            while (true) {
                long startNanos = System.nanoTime();
                int bytes = readSome(content, buffer);
                waitedNanos += System.nanoTime() - startNanos;
                if (bytes < 0) {
                    return;
                }
                if (waitedNanos > allowedNanos) {
                    throw new CopyFailure(
                            Reason.SOURCE_OTHER_ERROR,
                            "sends less than " + settings.minBytesPerSecond() + " bytes per second");
                }
                source.throttle().await(bytes, interruption);
                limiter.throttle().await(bytes, interruption);
                if (interruption.isRequested()) {
                    throw new CopyFailure(Reason.SOURCE_OTHER_ERROR, "the copy was interrupted");
                }
                object.write(ByteBuffer.wrap(buffer, 0, bytes));
            }
        } finally {
            buffers.giveBack(buffer);
        }
    }

    private static InputStream open(HttpEntity entity) {
        try {
            return entity.getContent();
        } catch (IOException e) {
            throw new CopyFailure(Reason.SOURCE_OTHER_ERROR, OneLine.of(e));
        }
    }

    /** Fills the buffer as far as bytes have arrived; returns -1 at the end of the body. */
    private int readSome(InputStream content, byte[] buffer) {
        try {
            int bytes = content.read(buffer);
            while (bytes > 0 && bytes < buffer.length && content.available() > 0) {
                int more = content.read(buffer, bytes, buffer.length - bytes);
                if (more < 0) {
                    break;
                }
                bytes += more;
            }
            return bytes;
        } catch (SocketTimeoutException e) {
            throw new CopyFailure(Reason.SOURCE_OTHER_ERROR, "no bytes within " + settings.idleTimeout());
        } catch (IOException e) {
            throw new CopyFailure(Reason.SOURCE_OTHER_ERROR, OneLine.of(e));
        }
    }

    /** The longest time to wait for the bytes of a download. It ends sources that send slowly but are never silent. */
    private Duration downloadTimeout(OptionalLong sizeBytes) {
        if (sizeBytes.isEmpty()) {
            return MAX_DOWNLOAD_TIMEOUT;
        }
        Duration timeout = settings.idleTimeout().plusSeconds(sizeBytes.getAsLong() / settings.minBytesPerSecond());
        return timeout.compareTo(MAX_DOWNLOAD_TIMEOUT) > 0 ? MAX_DOWNLOAD_TIMEOUT : timeout;
    }

    @Override
    public void close() {
        connections.close();
    }

    /** The range of a partial response. */
    private record ContentRange(long first, OptionalLong total) {
        private static final String UNIT = "bytes ";

        static ContentRange of(ClassicHttpResponse response) {
            return Optional.ofNullable(response.getFirstHeader(HttpHeaders.CONTENT_RANGE))
                    .map(Header::getValue)
                    .flatMap(ContentRange::parse)
                    .orElse(new ContentRange(-1, OptionalLong.empty()));
        }

        /** For example {@code bytes 500-999/1000}, or {@code bytes 500-999/*} if the length is unknown. */
        private static Optional<ContentRange> parse(String value) {
            int dash = value.indexOf('-');
            int slash = value.indexOf('/');
            if (!value.startsWith(UNIT) || dash < 0 || slash < dash) {
                return Optional.empty();
            }
            String total = value.substring(slash + 1).trim();
            try {
                return Optional.of(new ContentRange(
                        Long.parseLong(value.substring(UNIT.length(), dash).trim()),
                        total.equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(total))));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        /** Whether the range starts at the first missing byte of an object of that size. */
        boolean continues(long missing, OptionalLong sizeBytes) {
            return first == missing && (total.isEmpty() || sizeBytes.isEmpty() || total.equals(sizeBytes));
        }
    }
}
