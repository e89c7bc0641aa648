package dev.steppe.fault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.steppe.fault.FaultProxy.End;
import dev.steppe.fault.FaultProxy.Toll;
import dev.steppe.fault.FaultProxy.Tolls;
import dev.steppe.runtime.clock.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultProxyTest {
    private ServerSocket server;
    private FaultProxy proxy;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        proxy = new FaultProxy("127.0.0.1:" + server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    private Socket dial() throws IOException {
        String address = proxy.address();
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 7);
        }
        return bytes;
    }

    @Test
    void passesEverythingAndBothEndsWhenNothingIsAsked() throws IOException {
        byte[] sent = bytes(1 << 20);
        try (Socket one = dial();
                Socket other = server.accept()) {
            Thread sender = new Thread(() -> {
                try {
                    one.getOutputStream().write(sent);
                    one.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            sender.start();
            assertArrayEquals(sent, other.getInputStream().readAllBytes());
        }
        assertEquals(1, proxy.acceptedCount());
    }

    @Test
    void turnsOneBitInSoManyBytesAndNoOther() throws IOException {
        proxy.plan(ordinal -> new Tolls(new Toll(0, 0, 100, -1, End.CLOSE), Toll.FREE));
        byte[] sent = bytes(100_000);
        try (Socket one = dial();
                Socket other = server.accept()) {
            one.getOutputStream().write(sent);
            byte[] heard = other.getInputStream().readNBytes(sent.length);
            int turnedCount = 0;
            for (int i = 0; i < sent.length; i++) {
                int turned = Integer.bitCount((sent[i] ^ heard[i]) & 0xFF);
                assertEquals(i % 100 == 99 ? 1 : 0, turned, "byte " + i);
                turnedCount += turned;
            }
            assertEquals(1_000, turnedCount);
        }
    }

    @Test
    void swallowsWhatComesBehindTheGivenByteAndKeepsTheConnection() throws IOException {
        proxy.plan(ordinal -> new Tolls(Toll.endAfter(10, End.BLACK_HOLE), Toll.FREE));
        try (Socket one = dial();
                Socket other = server.accept()) {
            one.getOutputStream().write(bytes(25));
            assertArrayEquals(bytes(10), other.getInputStream().readNBytes(10));
            other.setSoTimeout(50);
            InputStream in = other.getInputStream();
            assertThrows(SocketTimeoutException.class, in::read);
            other.getOutputStream().write(5);
            assertEquals(5, one.getInputStream().read(), "the other direction is free");
            proxy.heal();
            one.getOutputStream().write(9);
            other.setSoTimeout(30_000);
            assertEquals(9, in.read(), "what was swallowed stays so, what comes later passes");
        }
    }

    @Test
    void mistreatsOneDirectionOfAConnectionThatLives() throws IOException {
        try (Socket one = dial();
                Socket other = server.accept()) {
            one.getOutputStream().write(bytes(100));
            InputStream in = other.getInputStream();
            assertArrayEquals(bytes(100), in.readNBytes(100));
            proxy.impose(new Tolls(Toll.endAfter(0, End.BLACK_HOLE), Toll.FREE));
            one.getOutputStream().write(bytes(25));
            while (proxy.swallowedBytes() < 25) {
                Thread.onSpinWait();
            }
            other.getOutputStream().write(5);
            assertEquals(5, one.getInputStream().read(), "the other direction is free");
            proxy.impose(new Tolls(new Toll(0, 0, 10, -1, End.CLOSE), Toll.FREE));
            one.getOutputStream().write(new byte[20]);
            byte[] heard = in.readNBytes(20);
            assertEquals(1, Integer.bitCount(heard[9] & 0xFF));
            assertEquals(1, Integer.bitCount(heard[19] & 0xFF));
            assertEquals(2, proxy.flippedBitCount());
        }
    }

    @Test
    void resetsAtTheGivenByte() throws IOException {
        proxy.plan(ordinal -> new Tolls(Toll.endAfter(3, End.RESET), Toll.FREE));
        try (Socket one = dial();
                Socket other = server.accept()) {
            one.getOutputStream().write(bytes(3));
            InputStream in = one.getInputStream();
            assertThrows(SocketException.class, in::read);
            assertThrows(SocketException.class, () -> other.getInputStream().readAllBytes());
        }
    }

    @Test
    void holdsBytesBackAndNarrowsThem() throws IOException {
        ManualClock clock = new ManualClock(0);
        proxy.close();
        proxy = new FaultProxy("127.0.0.1:" + server.getLocalPort(), clock);
        proxy.plan(ordinal -> new Tolls(new Toll(20_000_000, 100_000, 0, -1, End.CLOSE), Toll.FREE));
        byte[] sent = bytes(3_000);
        try (Socket one = dial();
                Socket other = server.accept()) {
            one.getOutputStream().write(sent);
            while (proxy.heldBytes() < sent.length) {
                Thread.onSpinWait();
            }
            other.setSoTimeout(50);
            InputStream in = other.getInputStream();
            assertThrows(SocketTimeoutException.class, in::read, "no time has passed for the proxy");
            other.setSoTimeout(30_000);
            clock.advanceNs(20_000_000);
            byte[] heard = new byte[3_000];
            System.arraycopy(in.readNBytes(1_000), 0, heard, 0, 1_000);
            other.setSoTimeout(50);
            assertThrows(SocketTimeoutException.class, in::read, "10 ms are 1,000 bytes");
            other.setSoTimeout(30_000);
            for (int part = 1; part < 3; part++) {
                clock.advanceNs(10_000_000);
                System.arraycopy(in.readNBytes(1_000), 0, heard, part * 1_000, 1_000);
            }
            assertArrayEquals(sent, heard);
        }
    }
}
