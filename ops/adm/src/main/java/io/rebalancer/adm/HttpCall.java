package io.rebalancer.adm;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * One HTTP request. {@link HttpURLConnection} is used, because {@link HttpClient} needs a third of a second to start; but it
 * has no PATCH.
 *
 * @param path path and parameters
 * @param body empty for none
 */
record HttpCall(String method, String path, String body, Map<String, String> headers) {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    static {
        // A kept connection may be closed already when the next request is sent, and an order must not be sent again.
        System.setProperty("http.keepAlive", "false");
    }

    /** The request was certainly not sent, because no connection was established. */
    static final class NotConnected extends IOException {
        private static final long serialVersionUID = 1L;

        NotConnected(IOException cause) {
            super(reason(cause), cause);
        }
    }

    /**
     * A response.
     *
     * @param manager base URL of the manager that sent it
     * @param body to be closed by the caller
     */
    record Reply(URI manager, int status, Function<String, Optional<String>> headers, InputStream body) {
        boolean isSuccess() {
            return status / 100 == 2;
        }

        /** The rest of the body. */
        String text() throws IOException {
            try (body) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    /** Whether the request changes nothing. */
    boolean isRead() {
        return method.equals("GET");
    }

    /**
     * Sends the request once.
     *
     * @param trust checks the certificate of the manager; empty for what Java trusts
     * @param readTimeout how long the manager may send nothing; zero for no limit
     * @throws NotConnected if the request certainly did not arrive
     */
    Reply send(URI manager, Duration readTimeout, Optional<SSLContext> trust) throws IOException, InterruptedException {
        return method.equals("PATCH") ? patch(manager, trust) : call(manager, readTimeout, trust);
    }

    private Reply call(URI manager, Duration readTimeout, Optional<SSLContext> trust) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) manager.resolve(path).toURL().openConnection(Proxy.NO_PROXY);
        if (trust.isPresent() && connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(trust.get().getSocketFactory());
        }
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        connection.setReadTimeout((int) readTimeout.toMillis());
        headers.forEach(connection::setRequestProperty);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (!isRead()) {
            connection.setDoOutput(true);
            // Without a fixed length, the class sends a request again that got no answer.
            connection.setFixedLengthStreamingMode(bytes.length);
        }
        try {
            connection.connect();
        } catch (IOException e) {
            throw new NotConnected(e);
        }
        if (!isRead()) {
            connection.getOutputStream().write(bytes);
            connection.getOutputStream().close();
        }
        int status = connection.getResponseCode();
        InputStream content = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        return new Reply(
                manager,
                status,
                name -> Optional.ofNullable(connection.getHeaderField(name)),
                content == null ? InputStream.nullInputStream() : complete(connection, content));
    }

    /** Without a connection that is kept, the class does not notice that a body breaks off. */
    private static InputStream complete(HttpURLConnection connection, InputStream content) {
        long length = connection.getContentLengthLong();
        return length < 0 ? content : new CompleteBody(content, length);
    }

    /** A body that fails if it ends before its length. */
    private static final class CompleteBody extends FilterInputStream {
        private long left;

        CompleteBody(InputStream body, long length) {
            super(body);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? -1 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            count(read);
            return read;
        }

        private void count(int read) throws IOException {
            if (read > 0) {
                left -= read;
            } else if (read < 0 && left > 0) {
                throw new EOFException("the response ends " + left + " bytes too early");
            }
        }
    }

    private Reply patch(URI manager, Optional<SSLContext> trust) throws IOException, InterruptedException {
        HttpClient.Builder client =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).version(HttpClient.Version.HTTP_1_1);
        trust.ifPresent(client::sslContext);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(manager.resolve(path)).method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            HttpResponse<InputStream> response =
                    client.build().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            return new Reply(manager, response.statusCode(), response.headers()::firstValue, response.body());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new NotConnected(e);
        }
    }

    /** The failure in short. */
    static String reason(IOException failure) {
        if (failure instanceof NotConnected && failure.getMessage() != null) {
            return failure.getMessage();
        }
        if (failure instanceof SSLException) {
            return "no secure connection: " + failure.getMessage()
                    + "; if its certificate is of an authority of your own, name that authority with --ca-file";
        }
        if (failure instanceof ConnectException && failure.getMessage() != null) {
            return failure.getMessage();
        }
        if (failure instanceof UnknownHostException) {
            return "unknown host " + failure.getMessage();
        }
        return failure.getMessage() == null || failure.getMessage().isEmpty()
                ? failure.getClass().getSimpleName()
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }
}
