/** What is used of S3, to be loaded when it is needed: of a package that is imported as a whole, a bundler keeps everything. */
export { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
