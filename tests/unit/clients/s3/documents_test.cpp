#include "clients/s3/documents.hpp"
#include "clients/s3/refusal.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::s3;

TEST_CASE("a page of objects is read, with folders and where the next one begins")
{
    const auto page = read_objects(R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>a/</Prefix><IsTruncated>true</IsTruncated>
<NextContinuationToken>abc==</NextContinuationToken><EncodingType>url</EncodingType>
<Contents><Key>a/one%20two%01</Key><LastModified>2026-11-29T05:06:07.000Z</LastModified><ETag>&quot;0cc1&quot;</ETag><Size>5000000000</Size></Contents>
<Contents><Key>a/%2B&amp;</Key><Size>0</Size></Contents>
<CommonPrefixes><Prefix>a/b/</Prefix></CommonPrefixes></ListBucketResult>)");
    REQUIRE(page);
    REQUIRE(page->objects.size() == 2);
    CHECK(page->objects[0].key == "a/one two\x01");
    CHECK(page->objects[0].size == 5'000'000'000);
    CHECK(page->objects[0].etag == "0cc1");
    CHECK(page->objects[0].modified.has_value());
    CHECK(page->objects[1].key == "a/+&");
    CHECK(page->folders == std::vector<std::string>{"a/b/"});
    CHECK(page->next == "abc==");
}

TEST_CASE("keys are taken as they are from a store that does not encode them, and the last page says so")
{
    const auto page = read_objects("<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a%20b</Key>"
                                   "</Contents></ListBucketResult>");
    REQUIRE(page);
    CHECK(page->objects[0].key == "a%20b");
    CHECK(page->next.empty());
}

TEST_CASE("documents of another kind are refused, also broken and empty ones")
{
    for (const char* body : {"", "<a/>", "<html><body>hello", "not XML at all", "{\"a\":1}"}) {
        CHECK(read_objects(body).has_error());
        CHECK(read_parts(body).has_error());
        CHECK(read_uploads(body).has_error());
        CHECK(read_upload_id(body).has_error());
        CHECK(read_stored(body).has_error());
        CHECK(read_removal(body).has_error());
        CHECK(read_error(body).code.empty());
    }
    CHECK(read_objects("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>").has_error());
}

TEST_CASE("parts are read with their checksums, page by page")
{
    const auto page = read_parts("<ListPartsResult><IsTruncated>true</IsTruncated>"
                                 "<NextPartNumberMarker>2</NextPartNumberMarker><Part><PartNumber>1</PartNumber>"
                                 "<ETag>\"e1\"</ETag><Size>8388608</Size><ChecksumSHA256>c1=</ChecksumSHA256></Part>"
                                 "<Part><PartNumber>2</PartNumber><ETag>\"e2\"</ETag><Size>7</Size></Part>"
                                 "</ListPartsResult>");
    REQUIRE(page);
    REQUIRE(page->items.size() == 2);
    CHECK(page->items[0].number == 1);
    CHECK(page->items[0].size == 8'388'608);
    CHECK(page->items[0].etag == "e1");
    CHECK(page->items[0].sha256 == "c1=");
    CHECK(page->items[1].sha256.empty());
    CHECK(page->next == Pairs{{"part-number-marker", "2"}});
}

TEST_CASE("unfinished uploads are read")
{
    const auto page = read_uploads("<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>k</Key>"
                                   "<UploadId>u</UploadId><Initiated>2026-11-29T05:06:07.000Z</Initiated></Upload>"
                                   "</ListMultipartUploadsResult>");
    REQUIRE(page);
    CHECK(page->items[0].key == "k");
    CHECK(page->items[0].id == "u");
    CHECK(page->items[0].begun.has_value());
    CHECK(page->next.empty());
}

TEST_CASE("what could not be removed is told with the store's words")
{
    const auto removal = read_removal("<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key>"
                                      "<Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>");
    REQUIRE(removal);
    REQUIRE(removal->has_value());
    CHECK((*removal)->first == "b");
    CHECK((*removal)->second.code == "AccessDenied");
    CHECK_FALSE(read_removal("<DeleteResult/>").value().has_value());
}

TEST_CASE("what is sent is XML whatever the keys hold")
{
    CHECK(removal({"a<b>&\"c\""}) == "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>"
                                     "<Object><Key>a&lt;b&gt;&amp;\"c\"</Key></Object></Delete>");
    StoredPart part;
    part.number = 7;
    part.etag = "e";
    part.sha256 = "c=";
    CHECK(completion({part}) == "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part>"
                                "<PartNumber>7</PartNumber><ETag>\"e\"</ETag><ChecksumSHA256>c=</ChecksumSHA256>"
                                "</Part></CompleteMultipartUpload>");
}

TEST_CASE("a refusal has the store's words, and says whether another try is worth it")
{
    const Failure gone = refusal("GET 'k' at h/b", 404, {"NoSuchKey", "The key does not exist.", ""});
    CHECK(gone.code == Errc::not_found);
    CHECK(gone.message == "GET 'k' at h/b: NoSuchKey: The key does not exist.");
    CHECK_FALSE(gone.retry);
    CHECK(code_of(gone) == "NoSuchKey");
    CHECK(status_of(gone) == 404);
    for (const int status : {408, 429, 500, 502, 503, 504})
        CHECK(refusal("x", status, {}).retry);
    for (const int status : {301, 400, 403, 404, 405, 409, 411, 412, 416, 501})
        CHECK_FALSE(refusal("x", status, {}).retry);
    CHECK(refusal("x", 400, {"RequestTimeout", "", ""}).retry);
    CHECK(refusal("x", 200, {"InternalError", "", ""}).retry);
    CHECK(refusal("x", 400, {"EntityTooLarge", "", ""}).code == Errc::limit);
    CHECK(refusal("x", 507, {"InsufficientStorage", "", ""}).code == Errc::limit);
    CHECK(refusal("HEAD 'k'", 403, {}).message == "HEAD 'k': this key may not do that");
    CHECK(refusal("x", 403, {"a\x1b[2Jb", "", ""}).message.find('\x1b') == std::string::npos);
}
